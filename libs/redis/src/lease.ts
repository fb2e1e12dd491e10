import { type Redis } from 'ioredis';
import { LuaScript } from './lua-script';

export interface LeaseOptions {
  /** Volatile. */
  readonly redis: Redis;
  /** `RedisKeys.lease(work)`. */
  readonly key: string;
  /** Names this process among those that may do the work. */
  readonly holder: string;
  /** Ask again well before it is over. */
  readonly durationMs: number;
}

/**
 * Work that one process at a time does. A lease says who most likely is that process: a holder that was paused past its end may
 * overlap with the next one, so the work itself must bear being done twice.
 */
export class Lease {
  constructor(private readonly options: LeaseOptions) {}

  /** Whether this process holds it from now on. Rejects when Redis does not answer. */
  async hold(): Promise<boolean> {
    const { redis, key, holder, durationMs } = this.options;
    return (await HOLD.run(redis, [key], [holder, durationMs])) === 1;
  }

  /** Lets the next one begin at once. */
  async release(): Promise<void> {
    const { redis, key, holder } = this.options;
    await RELEASE.run(redis, [key], [holder]);
  }
}

const HOLD = LuaScript.load(__dirname, 'hold-lease-1.lua');
const RELEASE = LuaScript.load(__dirname, 'release-lease-1.lua');
