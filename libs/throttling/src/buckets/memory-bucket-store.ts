import { type Bucket } from './bucket';
import { type BucketStore, type TakeGroup } from './bucket-store';

/** The buckets of this process alone: what is left while Redis is away, and all there is where nobody shares them. */
export class MemoryBucketStore implements BucketStore {
  constructor(private readonly nowMs: () => number) {}

  async take(groups: readonly TakeGroup[]): Promise<readonly number[]> {
    return groups.map(({ buckets, requests }) => {
      let taken = 0;
      while (taken < requests && this.takeOne(buckets)) taken++;
      return taken;
    });
  }

  /** One token from every bucket, or none from any. */
  takeOne(buckets: readonly Bucket[]): boolean {
    const nowMs = this.nowMs();
    for (const bucket of buckets) if (!bucket.known.hasToken(nowMs)) return false;
    for (const bucket of buckets) bucket.known.take(nowMs);
    return true;
  }

  async giveBack(groups: readonly TakeGroup[]): Promise<void> {
    const nowMs = this.nowMs();
    for (const { buckets, requests } of groups) for (const bucket of buckets) bucket.known.giveBack(requests, nowMs);
  }
}
