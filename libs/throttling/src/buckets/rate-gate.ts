import { StoreAway, type StoreCircuit } from '@sluice/redis';
import { TickBatcher } from '../tick-batcher';
import { type Bucket } from './bucket';
import { type BucketStore, type TakeGroup } from './bucket-store';
import { MemoryBucketStore } from './memory-bucket-store';

/** What a gateway does while Redis is away: go on with what it knows by itself, or refuse. */
export type WithoutStore = 'open' | 'closed';

export interface RateGateOptions {
  readonly store: BucketStore;
  readonly circuit: StoreCircuit;
  readonly withoutStore: WithoutStore;
  readonly nowMs: () => number;
}

interface Waiting {
  readonly buckets: readonly Bucket[];
  readonly settle: (bucket: Bucket | null) => void;
  readonly fail: (error: StoreAway) => void;
}

/** Requests per script call: keeps one call of Redis well below a millisecond. */
const REQUESTS_PER_CALL = 512;

/** Takes a request's tokens, together with those of all requests that arrive in the same turn of the event loop. */
export class RateGate {
  private readonly local: MemoryBucketStore;
  private readonly batcher = new TickBatcher<Waiting>((items) => this.takeAll(items), REQUESTS_PER_CALL);

  constructor(private readonly options: RateGateOptions) {
    this.local = new MemoryBucketStore(options.nowMs);
  }

  /**
   * Null = the request took a token from every bucket; else the bucket that had none, and it took none at all.
   * Rejects with StoreAway when the store is away and nothing passes without it.
   */
  async take(buckets: readonly Bucket[]): Promise<Bucket | null> {
    return new Promise((settle, fail) => this.batcher.add({ buckets, settle, fail }));
  }

  /** For a request that is refused for another reason after all. Best effort: what is not given back flows in again. */
  giveBack(buckets: readonly Bucket[]): void {
    const group = { buckets, requests: 1 };
    this.options.circuit.run(() => this.options.store.giveBack([group])).catch(() => undefined);
  }

  private async takeAll(items: readonly Waiting[]): Promise<void> {
    const { circuit, store, withoutStore } = this.options;
    const groups = groupsOf(items);
    try {
      const taken = await circuit.run(() => store.take(groups));
      groups.forEach((group, index) => this.settleGroup(group, taken[index] ?? 0));
    } catch (error) {
      const away = error instanceof StoreAway ? error : new StoreAway(error);
      for (const item of items) {
        if (withoutStore === 'closed') item.fail(away);
        else item.settle(this.takeLocally(item.buckets));
      }
    }
  }

  private settleGroup({ waiting, buckets }: WaitingGroup, taken: number): void {
    waiting.forEach(({ settle }, index) => settle(index < taken ? null : this.emptiest(buckets)));
  }

  private takeLocally(buckets: readonly Bucket[]): Bucket | null {
    return this.local.takeOne(buckets) ? null : this.emptiest(buckets);
  }

  /** The bucket that had no token: by now one may have flowed in, but it still has the fewest. */
  private emptiest(buckets: readonly Bucket[]): Bucket | null {
    const nowMs = this.options.nowMs();
    return buckets.reduce<Bucket | null>(
      (least, bucket) =>
        least === null || bucket.known.tokensAt(nowMs) < least.known.tokensAt(nowMs) ? bucket : least,
      null,
    );
  }
}

interface WaitingGroup extends TakeGroup {
  readonly waiting: Waiting[];
  requests: number;
}

/** Requests on the same buckets are one group: a burst on one route is a few numbers, however large it is. */
function groupsOf(items: readonly Waiting[]): WaitingGroup[] {
  const groups = new Map<string, WaitingGroup>();
  for (const item of items) {
    const name = item.buckets.length === 1 ? (item.buckets[0]?.key ?? '') : item.buckets.map(keyOf).join(' ');
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { buckets: item.buckets, requests: 1, waiting: [item] });
    else {
      group.requests++;
      group.waiting.push(item);
    }
  }
  return [...groups.values()];
}

function keyOf(bucket: Bucket): string {
  return bucket.key;
}
