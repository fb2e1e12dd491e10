import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { Command, type ChainableCommander, type Redis } from 'ioredis';
import { assertOneSlot } from './slot';

export type LuaArgument = string | number | Buffer;

/**
 * A Lua script from a `.lua` file beside the code that runs it. The file's name ends in the number of its keys (`apply-change-3.lua`,
 * `-n.lua` where that differs from call to call) and its head comment says what KEYS and ARGV are and what it returns.
 */
export class LuaScript {
  readonly sha1: string;
  /** Commands of one pipeline arrive in order, so only the first has to carry the text. */
  readonly #sentWith = new WeakSet<ChainableCommander>();

  constructor(
    readonly name: string,
    readonly source: string,
    /** null = any number. */
    readonly keyCount: number | null,
  ) {
    this.sha1 = createHash('sha1').update(source).digest('hex');
  }

  /**
   * Reads `fileName` from the directory of the calling module (`__dirname`). The compiler does not copy `.lua` files, so a module that
   * runs from `dist` reads them from the `src` beside it; images ship both.
   */
  static load(directory: string, fileName: string): LuaScript {
    const keyCount = /-(\d+|n)\.lua$/.exec(fileName)?.[1];
    if (keyCount === undefined)
      throw new Error(`${fileName}: the name of a script ends in its number of keys, as in "-2.lua", or in "-n.lua"`);
    const candidates = [join(directory, fileName), join(sourceDirectoryOf(directory), fileName)];
    const path = candidates.find((candidate) => existsSync(candidate));
    if (path === undefined) throw new Error(`The Lua script ${candidates.join(' or ')} does not exist`);
    return new LuaScript(
      basename(fileName, '.lua'),
      readFileSync(path, 'utf8'),
      keyCount === 'n' ? null : Number(keyCount),
    );
  }

  /** Runs the script by its hash, and with its text where Redis does not know it (a restart, a failover). */
  async run(redis: Redis, keys: readonly string[], args: readonly LuaArgument[]): Promise<unknown> {
    this.checkKeys(keys);
    try {
      return await sendAndLetGo(redis, new Command('evalsha', [this.sha1, keys.length, ...keys, ...args], TEXT));
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return redis.eval(this.source, keys.length, ...keys, ...args);
    }
  }

  /** As `run`, for answers that are bytes: bulk strings come as Buffers, numbers as numbers. */
  async runBuffers(redis: Redis, keys: readonly string[], args: readonly LuaArgument[]): Promise<unknown> {
    this.checkKeys(keys);
    try {
      return await sendAndLetGo(redis, new Command('evalsha', [this.sha1, keys.length, ...keys, ...args], BYTES));
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return redis.callBuffer('EVAL', this.source, keys.length, ...keys, ...args);
    }
  }

  /** Adds the script to a pipeline or transaction. Its text goes with it once, for there is no second try inside a pipeline. */
  queue(pipeline: ChainableCommander, keys: readonly string[], args: readonly LuaArgument[]): void {
    this.checkKeys(keys);
    if (this.#sentWith.has(pipeline)) {
      pipeline.evalsha(this.sha1, keys.length, ...keys, ...args);
    } else {
      this.#sentWith.add(pipeline);
      pipeline.eval(this.source, keys.length, ...keys, ...args);
    }
  }

  private checkKeys(keys: readonly string[]): void {
    if (this.keyCount !== null && keys.length !== this.keyCount)
      throw new Error(`${this.name} takes ${this.keyCount} keys, not ${keys.length}`);
    // Cheap for the one key most scripts have; for more it is what keeps a cluster possible.
    if (keys.length > 1) assertOneSlot(keys);
  }
}

const TEXT = { replyEncoding: 'utf8' } as const;
const BYTES = { replyEncoding: null } as const;

/**
 * A command of ioredis outlives its answer until the next major garbage collection: it writes a closure straight into one of its
 * properties, which V8 therefore allocates in the old generation. What a script was given (a batch of events) is let go at once.
 */
async function sendAndLetGo(redis: Redis, command: Command): Promise<unknown> {
  try {
    return await redis.sendCommand(command);
  } finally {
    command.args = [];
  }
}

function sourceDirectoryOf(directory: string): string {
  const parts = directory.split(sep);
  const index = parts.lastIndexOf('dist');
  return index === -1 ? directory : [...parts.slice(0, index), 'src', ...parts.slice(index + 1)].join(sep);
}
