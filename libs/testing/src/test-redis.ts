import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importTool } from './import-tool';

/** The two embedded servers of a temporary directory, as `npm start` runs them. */
export interface TestRedis {
  readonly url: string;
  readonly volatileUrl: string;
  /** For tests that kill a server; it comes back by itself. */
  readonly pids: { readonly durable: () => number | undefined; readonly volatile: () => number | undefined };
  readonly stop: () => Promise<void>;
}

interface EmbeddedRedisModule {
  readonly startEmbeddedRedis: (options: { dataDirectory: string; maxmemoryMb?: number }) => Promise<TestRedis>;
}

/** About 30 ms. The servers end with the test process, however it ends; `stop` removes the directory as well. */
export async function startTestRedis(options: { maxmemoryMb?: number } = {}): Promise<TestRedis> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'sluice-test-redis-'));
  try {
    const { startEmbeddedRedis } = await importTool<EmbeddedRedisModule>('start/redis/embedded-redis.mjs');
    const redis = await startEmbeddedRedis({ ...options, dataDirectory });
    return {
      url: redis.url,
      volatileUrl: redis.volatileUrl,
      pids: redis.pids,
      async stop() {
        await redis.stop();
        rmSync(dataDirectory, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(dataDirectory, { recursive: true, force: true });
    throw error;
  }
}
