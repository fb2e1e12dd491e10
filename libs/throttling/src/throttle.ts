import { StoreAway } from '@sluice/redis';
import { type Bucket, knownEmptyBucket } from './buckets/bucket';
import { type RateGate } from './buckets/rate-gate';
import { type QuotaGate } from './quotas/quota-gate';
import { type Quota } from './quotas/quota';
import { type PlanUse } from './quotas/quota-store';

/** Why a request may not go on. */
export type ThrottleRefusal =
  | { readonly kind: 'rate'; readonly bucket: Bucket }
  | { readonly kind: 'quota'; readonly quota: Quota }
  | { readonly kind: 'store-away' };

/**
 * Decides whether a request may go on: a token from each of its buckets and a place in its quota, or nothing at all.
 *
 * Buckets first, then the quota, for they are in different stores: a quota is durable and must be exact, so nothing that may still be
 * refused is counted in it; a token that was taken for nothing is given back.
 */
export class Throttle {
  constructor(
    private readonly rates: RateGate,
    private readonly quotas: QuotaGate,
    private readonly nowMs: () => number,
  ) {}

  /** The bucket that certainly has no token, by what this gateway knows; asks nobody and takes nothing. */
  knownEmpty(buckets: readonly Bucket[]): Bucket | null {
    return knownEmptyBucket(buckets, this.nowMs());
  }

  /** Null = the request may go on. Answers at once where nobody has to be asked. */
  take(buckets: readonly Bucket[], use: PlanUse | null): ThrottleRefusal | null | Promise<ThrottleRefusal | null> {
    const nowMs = this.nowMs();
    const quota = use?.quota ?? null;
    if (quota?.isExhausted(nowMs)) return { kind: 'quota', quota };
    const empty = knownEmptyBucket(buckets, nowMs);
    if (empty !== null) return { kind: 'rate', bucket: empty };
    if (buckets.length > 0 || quota !== null) return this.ask(buckets, use);
    if (use !== null) this.quotas.countUse(use);
    return null;
  }

  private async ask(buckets: readonly Bucket[], use: PlanUse | null): Promise<ThrottleRefusal | null> {
    try {
      const empty = buckets.length === 0 ? null : await this.rates.take(buckets);
      if (empty !== null) return { kind: 'rate', bucket: empty };
      if (use === null) return null;
      if (use.quota === null) this.quotas.countUse(use);
      else if (!(await this.quotas.count(use))) {
        if (buckets.length > 0) this.rates.giveBack(buckets);
        return { kind: 'quota', quota: use.quota };
      }
      return null;
    } catch (error) {
      if (error instanceof StoreAway) return STORE_AWAY;
      throw error;
    }
  }
}

const STORE_AWAY: ThrottleRefusal = { kind: 'store-away' };
