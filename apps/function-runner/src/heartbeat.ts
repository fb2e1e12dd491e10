import { type Logger } from '@sluice/logging';
import { type Redis, type RedisKeys } from '@sluice/redis';

export interface HeartbeatOptions {
  /** Volatile role. */
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly runnerId: string;
  readonly content: () => object;
  readonly logger: Logger;
  readonly epochMs: () => number;
}

const INTERVAL_MS = 500;
const TTL_MS = 3_000;

/** Tells gateways that this runner lives and what it does. A runner that is gone is forgotten after three seconds. */
export class Heartbeat {
  private timer: NodeJS.Timeout | null = null;
  private failing = false;
  private answeredAtMs: number | null = null;

  constructor(private readonly options: HeartbeatOptions) {}

  async start(): Promise<void> {
    await this.beat();
    this.timer = setInterval(() => void this.beat(), INTERVAL_MS);
  }

  /** When Redis last took a heartbeat, on the `epochMs` clock; null = never. */
  get redisAnsweredAtMs(): number | null {
    return this.answeredAtMs;
  }

  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
    const { redis, keys, runnerId } = this.options;
    await Promise.all([
      redis.del(keys.heartbeat('runner', runnerId)),
      redis.zrem(keys.heartbeats('runner'), runnerId),
    ]).catch(() => undefined); // its time to live ends it anyway
  }

  private async beat(): Promise<void> {
    const { redis, keys, runnerId, content, logger, epochMs } = this.options;
    const atMs = epochMs();
    try {
      await redis
        .pipeline()
        .set(keys.heartbeat('runner', runnerId), JSON.stringify(content()), 'PX', TTL_MS)
        .zadd(keys.heartbeats('runner'), atMs, runnerId)
        .zremrangebyscore(keys.heartbeats('runner'), '-inf', atMs - TTL_MS)
        .exec()
        .then((replies) => replies?.forEach(([error]) => throwIfFailed(error)));
      this.answeredAtMs = epochMs();
      this.failing = false;
    } catch (error) {
      if (!this.failing) logger.warn('Redis takes no heartbeat', { error: String(error) });
      this.failing = true;
    }
  }
}

function throwIfFailed(error: Error | null): void {
  if (error !== null) throw error;
}
