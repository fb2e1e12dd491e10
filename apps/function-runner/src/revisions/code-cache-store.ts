import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Redis, type RedisKeys } from '@sluice/redis';

export interface CodeCacheStoreOptions {
  /** Volatile role. */
  readonly redis: Redis;
  readonly keys: RedisKeys;
  /** Sub-key `code-cache` of the master key. */
  readonly hmacKey: Buffer;
}

const MAC_BYTES = 32;
const CACHE_BYTES_MAX = 8 * 1024 * 1024;
const KEPT_SECONDS = 30 * 24 * 3_600;

/**
 * V8 runs a code cache without checking it, so whoever could write one would own the host: each is stored with an HMAC over
 * itself, its package and the engine it was made by, and what does not verify is as good as absent.
 */
export class CodeCacheStore {
  constructor(private readonly options: CodeCacheStoreOptions) {}

  async load(functionName: string, sha256: string, hostKey: string): Promise<Buffer | null> {
    const { redis, keys } = this.options;
    const stored = await redis.getBuffer(keys.codeCache(functionName, sha256, hostKey));
    if (stored === null || stored.length <= MAC_BYTES) return null;
    const bytes = stored.subarray(MAC_BYTES);
    return timingSafeEqual(stored.subarray(0, MAC_BYTES), this.mac(sha256, hostKey, bytes)) ? bytes : null;
  }

  async save(functionName: string, sha256: string, hostKey: string, bytes: Buffer): Promise<void> {
    if (bytes.length > CACHE_BYTES_MAX) return;
    const { redis, keys } = this.options;
    const stored = Buffer.concat([this.mac(sha256, hostKey, bytes), bytes]);
    await redis.set(keys.codeCache(functionName, sha256, hostKey), stored, 'EX', KEPT_SECONDS);
  }

  private mac(sha256: string, hostKey: string, bytes: Buffer): Buffer {
    return createHmac('sha256', this.options.hmacKey).update(`${sha256}\0${hostKey}\0`).update(bytes).digest();
  }
}
