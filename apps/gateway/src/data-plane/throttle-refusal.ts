import { type Bucket, type BucketScope, type Quota } from '@sluice/throttling';
import { GatewayRefusal } from './gateway-refusal';

/** What a limit is called to who ran into it. */
const LIMIT_OF: { readonly [S in BucketScope]: string } = {
  account: 'over all APIs',
  client: 'of each client address',
  stage: 'of the stage',
  route: 'of the route',
  plan: 'of the API key',
  'plan-route': 'of the API key on this route',
};

/**
 * 429 because a bucket has no token. Headers: `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10), and the
 * three of its earlier drafts that most clients read; `Retry-After` (RFC 9110 §10.2.3).
 */
export function rateRefusal(bucket: Bucket, nowMs: number, waitMs = bucket.known.waitMs(nowMs)): GatewayRefusal {
  const { rate, burst } = bucket.limits;
  const seconds = wholeSeconds(waitMs);
  const reason = `The limit ${LIMIT_OF[bucket.scope]} is ${rate} requests per second, ${burst} at once: used up. Try again in ${seconds} s.`;
  return new GatewayRefusal('THROTTLED', reason, {
    headers: refusalHeaders(bucketPolicy(bucket), bucket.scope, burst, seconds),
  });
}

/** 429 because the API key has made all requests of the present period. */
export function quotaRefusal(quota: Quota, nowMs: number): GatewayRefusal {
  const { used, limit, resetInMs } = quota.stateAt(nowMs);
  const seconds = wholeSeconds(resetInMs);
  const reason = `The API key has made ${used} of ${limit} requests per ${quota.settings.period.toLowerCase()}. The next period begins in ${seconds} s.`;
  return new GatewayRefusal('QUOTA_EXCEEDED', reason, {
    headers: refusalHeaders(quotaPolicy(quota), QUOTA, limit, seconds),
  });
}

/** What the limits of an API key's plan leave to it: the two headers on answers to requests made with a key. */
export function planHeaders(
  bucket: Bucket | null,
  quota: Quota | null,
  nowMs: number,
): { policy: string; remaining: string } {
  const policies: string[] = [];
  const remaining: string[] = [];
  if (bucket !== null) {
    const tokens = Math.floor(bucket.known.tokensAt(nowMs));
    policies.push(bucketPolicy(bucket));
    remaining.push(`"${bucket.scope}";r=${tokens};t=${tokens > 0 ? 0 : wholeSeconds(bucket.known.waitMs(nowMs))}`);
  }
  if (quota !== null) {
    const { used, limit, resetInMs } = quota.stateAt(nowMs);
    policies.push(quotaPolicy(quota));
    remaining.push(`"${QUOTA}";r=${Math.max(0, limit - used)};t=${wholeSeconds(resetInMs)}`);
  }
  return { policy: policies.join(', '), remaining: remaining.join(', ') };
}

const QUOTA = 'quota';
const PERIOD_SECONDS = { DAY: 86_400, WEEK: 7 * 86_400, MONTH: 30 * 86_400 } as const;

function refusalHeaders(policy: string, name: string, limit: number, seconds: number): string[] {
  return [
    ...['ratelimit-policy', policy, 'ratelimit', `"${name}";r=0;t=${seconds}`],
    ...['ratelimit-limit', String(limit), 'ratelimit-remaining', '0', 'ratelimit-reset', String(seconds)],
    ...['retry-after', String(seconds)],
  ];
}

/** So many at once, and again in the time an empty bucket takes to fill. */
function bucketPolicy({ scope, limits: { burst }, windowSeconds }: Bucket): string {
  return `"${scope}";q=${burst};w=${windowSeconds}`;
}

function quotaPolicy({ settings: { limit, period } }: Quota): string {
  return `"${QUOTA}";q=${limit};w=${PERIOD_SECONDS[period]}`;
}

/** At least one: 0 would invite a client to try again at once. A quota whose end is not known yet may be asked again soon. */
function wholeSeconds(ms: number): number {
  return Number.isFinite(ms) ? Math.max(1, Math.ceil(ms / 1_000)) : 1;
}
