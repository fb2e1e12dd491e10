import { LIMITS } from '@sluice/contracts';
import { type Redis, type RedisKeys } from '@sluice/redis';

const KEYS_PER_COMMAND = 500;

/** Which series there are, and when each was last measured: what a reader can ask for. */
export class SeriesList {
  constructor(
    private readonly options: {
      /** Durable. */
      readonly redis: Redis;
      readonly keys: RedisKeys;
    },
  ) {}

  async note(seriesKeys: readonly string[], seenSeconds: number): Promise<void> {
    const { redis, keys } = this.options;
    for (let start = 0; start < seriesKeys.length; start += KEYS_PER_COMMAND) {
      const chunk = seriesKeys.slice(start, start + KEYS_PER_COMMAND);
      await redis.zadd(keys.metricSeries(), 'GT', ...chunk.flatMap((key) => [seenSeconds, key]));
    }
  }

  /** Those measured at or after `fromSeconds`. */
  async since(fromSeconds: number): Promise<string[]> {
    return this.options.redis.zrangebyscore(this.options.keys.metricSeries(), fromSeconds, '+inf');
  }

  /** Forgets what has no data any more, and the longest unseen beyond the bound. */
  async prune(nowSeconds: number): Promise<void> {
    const { redis, keys } = this.options;
    await redis.zremrangebyscore(keys.metricSeries(), '-inf', nowSeconds - LIMITS.metricHoursSecondsKept);
    await redis.zremrangebyrank(keys.metricSeries(), 0, -LIMITS.metricSeriesListedMax - 1);
  }
}
