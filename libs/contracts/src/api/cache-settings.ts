import { z } from 'zod';
import { LIMITS } from '../limits';

const names = z.array(z.string().min(1).max(256)).max(LIMITS.cacheKeyPartsMax);

/** How the answers of a route are cached; of a stage or API: the default of its routes. `false` where it may stand = not cached. */
export const cacheSettings = z.strictObject({
  /** 0 = not cached. */
  ttlSeconds: z.int().min(0).max(LIMITS.cacheTtlSecondsMax).default(LIMITS.cacheTtlSecondsDefault),
  /** What tells two requests of a route apart; what is not listed does not reach the integration. */
  key: z.strictObject({ query: names.optional(), headers: names.optional(), path: names.optional() }).default({}),
  methods: z
    .array(z.enum(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']))
    .min(1)
    .default(['GET']),
  requireAuthorizationForInvalidation: z.boolean().default(false),
  /** What a client that may not invalidate gets. */
  unauthorizedInvalidation: z
    .enum(['FAIL_WITH_403', 'SUCCEED_WITH_RESPONSE_HEADER', 'SUCCEED_WITHOUT_RESPONSE_HEADER'])
    .default('SUCCEED_WITH_RESPONSE_HEADER'),
  staleWhileRevalidateSeconds: z.int().min(0).max(LIMITS.cacheTtlSecondsMax).default(0),
  /** AES-256-GCM in Redis. */
  encrypted: z.boolean().default(false),
});
export type CacheSettings = z.infer<typeof cacheSettings>;

export const cacheSetting = z.union([z.literal(false), cacheSettings]);
export type CacheSetting = z.infer<typeof cacheSetting>;
