import { type Bucket } from './bucket';

/** Requests that take from the same buckets, each one token from every bucket. */
export interface TakeGroup {
  readonly buckets: readonly Bucket[];
  readonly requests: number;
}

/**
 * Where the tokens are. `bucket-store.contract.ts` is what every store has to keep:
 * a request takes from all its buckets or from none, and no bucket ever gives more than `burst + rate × time`.
 */
export interface BucketStore {
  /** How many requests of each group took their tokens. Afterwards every bucket named knows what is left in it. */
  take(groups: readonly TakeGroup[]): Promise<readonly number[]>;
  /** Puts back what requests took that were refused for another reason. */
  giveBack(groups: readonly TakeGroup[]): Promise<void>;
}
