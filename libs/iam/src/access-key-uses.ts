import { LuaScript, type Redis, RedisKeys } from '@sluice/redis';

export interface AccessKeyUse {
  readonly lastUsedAtMs: number;
  /** The service it was signed for, or `basic`. */
  readonly service: string;
}

/**
 * When each access key was last used, over all gateways. Noted in memory and written once a minute, so a request costs no command and
 * what is read is at most a minute behind. While Redis is away it is kept and written later; a gateway that is killed loses its last minute.
 */
export class AccessKeyUses {
  private readonly unwritten = new Map<string, { lastUsedAtMs: number; service: string }>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly options: {
      /** Durable. */
      readonly redis: Redis;
      /** A key that was deleted meanwhile is not written any more. */
      readonly exists: (accessKeyId: string) => boolean;
      readonly onError: (message: string, error: unknown) => void;
    },
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.write().catch((error: unknown) =>
        this.options.onError('the last uses of access keys could not be written', error),
      );
    }, WRITE_INTERVAL_MS);
  }

  /** Writes what is noted. */
  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.write().catch(() => undefined);
  }

  note(accessKeyId: string, service: string, atMs: number): void {
    const noted = this.unwritten.get(accessKeyId);
    if (noted === undefined) this.unwritten.set(accessKeyId, { lastUsedAtMs: atMs, service });
    else {
      noted.lastUsedAtMs = atMs;
      noted.service = service;
    }
  }

  async write(): Promise<void> {
    const noted = [...this.unwritten].filter(([id]) => this.options.exists(id));
    this.unwritten.clear();
    for (let at = 0; at < noted.length; at += WRITTEN_AT_ONCE_MAX) {
      const some = noted.slice(at, at + WRITTEN_AT_ONCE_MAX);
      try {
        const args = some.flatMap(([id, { lastUsedAtMs, service }]) => [id, lastUsedAtMs, service]);
        await NOTE_USES.run(this.options.redis, [keys.accessKeyUses()], args);
      } catch (error) {
        for (const [id, use] of noted.slice(at)) if (!this.unwritten.has(id)) this.unwritten.set(id, use);
        throw error;
      }
    }
  }

  /** The last use of each key, null = never. Rejects when Redis does not answer. */
  async read(accessKeyIds: readonly string[]): Promise<(AccessKeyUse | null)[]> {
    if (accessKeyIds.length === 0) return [];
    const stored = await this.options.redis.hmget(keys.accessKeyUses(), ...accessKeyIds);
    return accessKeyIds.map((id, index) => this.unwritten.get(id) ?? parseUse(stored[index] ?? null));
  }

  async forget(accessKeyIds: readonly string[]): Promise<void> {
    for (const id of accessKeyIds) this.unwritten.delete(id);
    if (accessKeyIds.length > 0) await this.options.redis.hdel(keys.accessKeyUses(), ...accessKeyIds);
  }
}

const keys = new RedisKeys();
const NOTE_USES = LuaScript.load(__dirname, 'note-uses-1.lua');
const WRITE_INTERVAL_MS = 60_000;
const WRITTEN_AT_ONCE_MAX = 500;

function parseUse(text: string | null): AccessKeyUse | null {
  const [, atMs, service] = /^(\d+) (.+)$/.exec(text ?? '') ?? [];
  return atMs === undefined || service === undefined ? null : { lastUsedAtMs: Number(atMs), service };
}
