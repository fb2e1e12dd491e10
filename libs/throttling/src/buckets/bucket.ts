import { createHash } from 'node:crypto';
import { type ThrottleSettings } from '@sluice/contracts';
import { RedisKeys } from '@sluice/redis';
import { TokenBucket } from './token-bucket';

/** Which limit a bucket stands for; the word a refused caller reads. */
export type BucketScope = 'account' | 'client' | 'stage' | 'route' | 'plan' | 'plan-route';

const keys = new RedisKeys();
const KEY_PART_LENGTH_MAX = 200;
/** How long "there is no token" is believed without asking: another gateway may have given one back. */
const BELIEVED_EMPTY_MS = 1_000;

/**
 * A bucket that all gateways share, and what this gateway knows of it.
 *
 * `known` is the last answer of the store, refilled since. Others take from the bucket and hardly ever give back, so it is no less than
 * what the store holds: where it has no token, the store has none either, and nobody has to be asked.
 */
export class Bucket {
  readonly key: string;
  readonly known: TokenBucket;
  private learnedAtMs = -Infinity;

  /** `parts` name what is limited: API and stage, plan and key … */
  constructor(
    readonly scope: BucketScope,
    parts: readonly string[],
    readonly limits: ThrottleSettings,
  ) {
    this.key = keys.bucket(scope, ...parts.map(bounded));
    this.known = new TokenBucket(limits);
  }

  /** Takes over what the store said was left. */
  learn(tokens: number, nowMs: number): void {
    this.known.set(tokens, nowMs);
    this.learnedAtMs = nowMs;
  }

  /** Whether the store certainly has no token, so that it need not be asked. */
  isKnownEmpty(nowMs: number): boolean {
    return nowMs < this.learnedAtMs + BELIEVED_EMPTY_MS && !this.known.hasToken(nowMs);
  }

  /** As `RateLimit-Policy` puts it: so many requests in the seconds an empty bucket takes to fill. */
  get windowSeconds(): number {
    return Math.max(1, Math.ceil(this.limits.burst / this.limits.rate));
  }
}

/** A route key may be longer than a part of a Redis key. */
function bounded(part: string): string {
  return part.length <= KEY_PART_LENGTH_MAX ? part : createHash('sha256').update(part).digest('hex');
}

/** The first bucket that certainly has no token, or null when each may have one. */
export function knownEmptyBucket(buckets: readonly Bucket[], nowMs: number): Bucket | null {
  for (const bucket of buckets) if (bucket.isKnownEmpty(nowMs)) return bucket;
  return null;
}
