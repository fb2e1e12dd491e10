import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importTool } from './import-tool';
import { waitFor } from './wait-for';

interface EmbeddedRedis {
  readonly url: string;
  readonly reused: boolean;
  readonly pids: { readonly durable: () => number | undefined };
  readonly stop: () => Promise<void>;
}
type StartEmbeddedRedis = (options: { dataDirectory: string; serverBin?: string }) => Promise<EmbeddedRedis>;

const modulePath = join(__dirname, '../../../tools/start/redis/embedded-redis.mjs');
/** A start of its own process, which says how it went and ends on request. */
const starter = `
  import { startEmbeddedRedis } from ${JSON.stringify(modulePath)};
  const redis = await startEmbeddedRedis({ dataDirectory: process.argv[1] });
  console.log(JSON.stringify({ reused: redis.reused, pid: redis.pids.durable() ?? null }));
  process.stdin.on('end', () => void redis.stop()).resume();`;

describe('embedded Redis', () => {
  let directory: string;
  let start: StartEmbeddedRedis;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    start = (await importTool<{ startEmbeddedRedis: StartEmbeddedRedis }>('start/redis/embedded-redis.mjs'))
      .startEmbeddedRedis;
  });
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'sluice-embedded-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await waitFor(() => !isAlive(pidOf('redis')) && !isAlive(pidOf('redis-volatile')), { what: 'the servers ended' });
    rmSync(directory, { recursive: true, force: true });
  });

  function pidOf(role: string): number {
    const file = join(directory, role, 'server.pid');
    return existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  }

  async function startProcess(): Promise<{ child: ChildProcess; reused: boolean; pid: number | null }> {
    const child = spawn(process.execPath, ['--input-type=module', '-e', starter, directory], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    return { child, ...(JSON.parse(String(line)) as { reused: boolean; pid: number | null }) };
  }

  test('of several starts on one data directory one runs the servers and the others use them', async () => {
    const starts = await Promise.all([startProcess(), startProcess(), startProcess()]);
    expect(starts.map(({ reused }) => reused).sort()).toEqual([false, true, true]);
    const commandLines = readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .map(commandLineOf);
    expect(commandLines.filter((line) => line.includes(`${directory}/redis/redis.conf`))).toHaveLength(1);
  });

  test('the servers end with a starter that was killed, and the next start has the directory at once', async () => {
    const { child, pid } = await startProcess();
    child.kill('SIGKILL');
    const redis = await start({ dataDirectory: directory });
    expect(redis.reused).toBe(false);
    expect(redis.pids.durable()).not.toBe(pid);
    expect(isAlive(pid ?? 0)).toBe(false);
    await redis.stop();
  });

  test('password and configuration are for the owner only', async () => {
    const redis = await start({ dataDirectory: directory });
    await redis.stop();
    for (const name of ['redis/password', 'redis/redis.conf', 'redis-volatile/redis.conf', 'redis/address.json']) {
      expect(statSync(join(directory, name)).mode & 0o077).toBe(0);
    }
  });

  test('a data directory too deep for a socket works', async () => {
    const deep = join(directory, 'd'.repeat(120));
    const redis = await start({ dataDirectory: deep });
    expect(Buffer.byteLength(new URL(redis.url).pathname)).toBeLessThanOrEqual(100);
    await redis.stop();
  });

  test('damaged data is refused with what to do, and not restarted for ever', async () => {
    await (await start({ dataDirectory: directory })).stop();
    const files = join(directory, 'redis/appendonlydir');
    const [increment = ''] = readdirSync(files).filter((name) => name.endsWith('.incr.aof'));
    writeFileSync(join(files, increment), '*2\r\n$3\r\nSET\r\nnonsense that is no command\r\n*1\r\n$4\r\nPING\r\n');
    await expect(start({ dataDirectory: directory })).rejects.toThrow(
      /is damaged, so Redis refuses to load it[^]*redis-check-aof --fix/,
    );
  });

  test('data of a newer Redis is refused with what to do', async () => {
    const files = join(directory, 'redis/appendonlydir');
    mkdirSync(files, { recursive: true });
    writeFileSync(join(files, 'appendonly.aof.manifest'), 'file appendonly.aof.1.base.rdb seq 1 type b\n');
    writeFileSync(join(files, 'appendonly.aof.1.base.rdb'), 'REDIS9999');
    await expect(start({ dataDirectory: directory })).rejects.toThrow(/written by a newer Redis \(format 9999\)/);
  });

  test('a server program that does not run is refused by name', async () => {
    await expect(start({ dataDirectory: directory, serverBin: '/bin/false' })).rejects.toThrow(
      'REDIS_SERVER_BIN=/bin/false is not a redis-server that runs here',
    );
  });
});

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  if (pid === 0) return false;
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
