import { LuaScript, type Redis } from '@sluice/redis';
import { type Bucket } from './bucket';
import { type BucketStore, type TakeGroup } from './bucket-store';

const takeTokens = LuaScript.load(__dirname, 'take-tokens-n.lua');
const giveBackTokens = LuaScript.load(__dirname, 'give-back-tokens-n.lua');

/** The buckets of all gateways. One script call per `take`, on Redis's clock; every bucket is in one slot. */
export class RedisBucketStore implements BucketStore {
  constructor(
    /** Volatile. */
    private readonly redis: Redis,
    private readonly nowMs: () => number,
  ) {}

  async take(groups: readonly TakeGroup[]): Promise<readonly number[]> {
    const places = new Places();
    const args: number[] = [];
    for (const { buckets, requests } of groups) {
      args.push(requests, buckets.length);
      for (const bucket of buckets) args.push(places.of(bucket) + 1);
    }
    const limits = places.distinct.flatMap(({ limits: { rate, burst } }) => [rate, burst]);
    const sentAtMs = this.nowMs();
    const keys = places.distinct.map(keyOf);
    const answer = (await takeTokens.run(this.redis, keys, [...limits, ...args])) as number[];
    for (const [bucket, place] of places.all) {
      const thousandths = answer[groups.length + place] ?? 0;
      // Rounded up, and counted from when it was sent although the script ran later: never less than what is there.
      bucket.learn((thousandths + 1) / 1_000, sentAtMs);
    }
    return answer.slice(0, groups.length);
  }

  async giveBack(groups: readonly TakeGroup[]): Promise<void> {
    const places = new Places();
    const counts: number[] = [];
    for (const { buckets, requests } of groups) {
      for (const bucket of buckets) {
        const place = places.of(bucket);
        counts[place] = (counts[place] ?? 0) + requests;
      }
    }
    const args = places.distinct.flatMap(({ limits }, place) => [limits.burst, counts[place] ?? 0]);
    await giveBackTokens.run(this.redis, places.distinct.map(keyOf), args);
    // Only now: an answer to an earlier take, which did not see them yet, has come before.
    for (const [bucket, place] of places.all) bucket.known.giveBack(counts[place] ?? 0, this.nowMs());
  }
}

/** Which key of a script call a bucket is. After a change of limits two objects may stand for one key; it is sent once, with the limits first met. */
class Places {
  readonly distinct: Bucket[] = [];
  readonly all = new Map<Bucket, number>();
  private readonly byKey = new Map<string, number>();

  of(bucket: Bucket): number {
    let place = this.all.get(bucket) ?? this.byKey.get(bucket.key);
    if (place === undefined) {
      place = this.distinct.push(bucket) - 1;
      this.byKey.set(bucket.key, place);
    }
    this.all.set(bucket, place);
    return place;
  }
}

function keyOf(bucket: Bucket): string {
  return bucket.key;
}
