import { type Redis, type RedisKeys } from '@sluice/redis';
import { floorTo, type ResolutionSeconds } from './stretch';

/** Gateways bring a minute's last data a moment after it ends; what comes later than this is late. */
const LATE_AFTER_SECONDS = 30;
const KEPT_FROM = 'kept-from';

/** What has been done with the stored metrics so far, and what has to be done again. */
export class MetricState {
  constructor(
    private readonly options: {
      /** Durable. */
      readonly redis: Redis;
      readonly keys: RedisKeys;
    },
  ) {}

  /** Everything before this is rolled up into the resolution; null = nothing ever was. */
  async rolledUpTo(resolution: ResolutionSeconds): Promise<number | null> {
    return this.number(`rolled-up-${resolution}`);
  }

  async setRolledUpTo(resolution: ResolutionSeconds, seconds: number): Promise<void> {
    await this.options.redis.hset(this.options.keys.metricState(), `rolled-up-${resolution}`, seconds);
  }

  /** Minutes before this were dropped to stay within the budget, so they cannot be rolled up again. */
  async minutesKeptFrom(): Promise<number> {
    return (await this.number(KEPT_FROM)) ?? 0;
  }

  async setMinutesKeptFrom(seconds: number): Promise<void> {
    await this.options.redis.hset(this.options.keys.metricState(), KEPT_FROM, seconds);
  }

  /** After the data of a minute is written: if it may be rolled up already, it has to be once more. */
  async noteWritten(minuteSeconds: number, nowSeconds: number): Promise<void> {
    if (nowSeconds - minuteSeconds - 60 <= LATE_AFTER_SECONDS) return;
    await this.options.redis.sadd(this.options.keys.metricLate(), floorTo(minuteSeconds, 300));
  }

  /** Starts of the five-minute stretches with late data. */
  async late(): Promise<number[]> {
    return (await this.options.redis.smembers(this.options.keys.metricLate())).map(Number);
  }

  async noLongerLate(startSeconds: number): Promise<void> {
    await this.options.redis.srem(this.options.keys.metricLate(), startSeconds);
  }

  private async number(field: string): Promise<number | null> {
    const text = await this.options.redis.hget(this.options.keys.metricState(), field);
    return text === null ? null : Number(text);
  }
}
