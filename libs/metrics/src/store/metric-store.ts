import { type Redis, type RedisKeys } from '@sluice/redis';
import { kindOf } from '../series/dimensions';
import { type SeriesKind } from '../series/metric-catalogue';
import { SeriesData } from '../series/series-data';
import { memberOf, type ResolutionSeconds, RESOLUTIONS, secondsKept, type Stretch, stretchOf } from './stretch';

export interface StoredSeries {
  readonly startSeconds: number;
  readonly key: string;
  readonly data: SeriesData;
}

/** Series per command, and stretches per pipeline: a command must answer within a second. */
const SERIES_PER_COMMAND = 256;
const STRETCHES_PER_PIPELINE = 200;
/** What Redis adds to a field of a hash. */
const FIELD_OVERHEAD_BYTES = 96;

/**
 * Metrics in Redis: one hash per stretch of time and writer, series → encoded data. A writer always writes all it knows of a series in
 * the stretch, so a write that is repeated because its answer was lost counts nothing twice, and nothing is read to be written.
 */
export class MetricStore {
  constructor(
    private readonly options: {
      /** Durable. */
      readonly redis: Redis;
      readonly keys: RedisKeys;
    },
  ) {}

  /** `bytes` is the size of everything the writer has in the stretch, by `storedBytes`. Rejects when anything was not written. */
  async write(
    stretch: Stretch,
    entries: readonly (readonly [key: string, data: Buffer])[],
    bytes: number,
  ): Promise<void> {
    const { redis, keys } = this.options;
    const { resolution, startSeconds, writer } = stretch;
    const hash = keys.metrics(resolution, startSeconds, writer);
    const index = redis.pipeline();
    // Listed before it is there: a stretch that nobody lists would neither be read nor be counted against the budget.
    index.zadd(keys.metricIndex(resolution), startSeconds, memberOf(stretch));
    index.hset(keys.metricSizes(), sizeField(stretch), bytes);
    await settled(index);
    for (let start = 0; start < entries.length; start += SERIES_PER_COMMAND) {
      const chunk = entries.slice(start, start + SERIES_PER_COMMAND);
      const pipeline = redis.pipeline();
      pipeline.hset(hash, ...chunk.flat());
      pipeline.expire(hash, secondsKept(resolution) + resolution);
      await settled(pipeline);
    }
  }

  /** The stretches of a resolution that start in [from, to), oldest first. */
  async stretches(resolution: ResolutionSeconds, fromSeconds: number, toSeconds: number): Promise<Stretch[]> {
    const { redis, keys } = this.options;
    const members = await redis.zrangebyscore(keys.metricIndex(resolution), fromSeconds, `(${toSeconds}`);
    return members.map((member) => stretchOf(resolution, member));
  }

  /** The start of the first stretch at or after `fromSeconds`; null when there is none. */
  async firstStart(resolution: ResolutionSeconds, fromSeconds: number): Promise<number | null> {
    const { redis, keys } = this.options;
    const [first] = await redis.zrangebyscore(keys.metricIndex(resolution), fromSeconds, '+inf', 'LIMIT', 0, 1);
    return first === undefined ? null : stretchOf(resolution, first).startSeconds;
  }

  async seriesOf({ resolution, startSeconds, writer }: Stretch): Promise<string[]> {
    return this.options.redis.hkeys(this.options.keys.metrics(resolution, startSeconds, writer));
  }

  /** What there is of these series in these stretches. */
  async read(stretches: readonly Stretch[], seriesKeys: readonly string[]): Promise<StoredSeries[]> {
    const { redis, keys } = this.options;
    const found: StoredSeries[] = [];
    if (seriesKeys.length === 0) return found;
    for (let start = 0; start < stretches.length; start += STRETCHES_PER_PIPELINE) {
      const chunk = stretches.slice(start, start + STRETCHES_PER_PIPELINE);
      const pipeline = redis.pipeline();
      for (const { resolution, startSeconds, writer } of chunk)
        pipeline.hmgetBuffer(keys.metrics(resolution, startSeconds, writer), ...seriesKeys);
      const answers = await settled(pipeline);
      for (const [index, { startSeconds }] of chunk.entries()) {
        for (const [position, bytes] of (answers[index] as (Buffer | null)[]).entries()) {
          const key = seriesKeys[position];
          if (bytes === null || key === undefined) continue;
          found.push({ startSeconds, key, data: SeriesData.decode(kindOf(key), bytes) });
        }
      }
    }
    return found;
  }

  async drop(stretches: readonly Stretch[]): Promise<void> {
    const { redis, keys } = this.options;
    for (let start = 0; start < stretches.length; start += STRETCHES_PER_PIPELINE) {
      const pipeline = redis.pipeline();
      for (const stretch of stretches.slice(start, start + STRETCHES_PER_PIPELINE)) {
        pipeline.unlink(keys.metrics(stretch.resolution, stretch.startSeconds, stretch.writer));
        pipeline.hdel(keys.metricSizes(), sizeField(stretch));
        // Last: until then a failed drop is tried again.
        pipeline.zrem(keys.metricIndex(stretch.resolution), memberOf(stretch));
      }
      await settled(pipeline);
    }
  }

  /** Every stretch with its bytes. */
  async sizes(): Promise<(Stretch & { readonly bytes: number })[]> {
    const sizes = await this.options.redis.hgetall(this.options.keys.metricSizes());
    return Object.entries(sizes).flatMap(([field, bytes]) => {
      const colon = field.indexOf(':');
      const resolution = RESOLUTIONS.find(({ seconds }) => String(seconds) === field.slice(0, colon));
      if (resolution === undefined) return [];
      return [{ ...stretchOf(resolution.seconds, field.slice(colon + 1)), bytes: Number(bytes) }];
    });
  }
}

/** What a series takes in Redis, about. */
export function storedBytes(key: string, data: Buffer): number {
  return FIELD_OVERHEAD_BYTES + key.length + data.length;
}

/** Parts of several times as one: what different writers measured at one time was elsewhere, the rest was later. */
export function addUp(kind: SeriesKind, parts: readonly StoredSeries[]): SeriesData {
  const sum = new SeriesData(kind);
  for (const sameTime of Map.groupBy(parts, ({ startSeconds }) => startSeconds).values()) {
    const [only, ...others] = sameTime;
    if (only !== undefined && others.length === 0) sum.addLater(only.data);
    else {
      const atThatTime = new SeriesData(kind);
      for (const { data } of sameTime) atThatTime.addElsewhere(data);
      sum.addLater(atThatTime);
    }
  }
  return sum;
}

/** The answers of a pipeline; rejects with the first error there is. */
async function settled(pipeline: ReturnType<Redis['pipeline']>): Promise<unknown[]> {
  const answers = (await pipeline.exec()) ?? [];
  for (const [error] of answers) if (error !== null) throw error;
  return answers.map(([, answer]) => answer);
}

function sizeField(stretch: Stretch): string {
  return `${stretch.resolution}:${memberOf(stretch)}`;
}
