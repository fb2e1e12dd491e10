import { z } from 'zod';
import { LIMITS } from '../limits';

const names = z.array(z.string().min(1).max(256)).max(LIMITS.cacheKeyPartsMax);
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/, 'must be the name of a header');
const headerNames = z.array(headerName).max(LIMITS.cacheKeyPartsMax);
/** They say who asks or where the request came from: an answer that depends on them is no answer for everybody. */
const NEVER_UNKEYED =
  /^(authorization|cookie|host|x-api-key|forwarded|x-(forwarded|original|rewrite|http-method|real)-?.*)$/i;

/** How the answers of a route are cached; of a stage or API: the default of its routes. `false` where it may stand = not cached. */
export const cacheSettings = z.strictObject({
  /** 0 = not cached. */
  ttlSeconds: z.int().min(0).max(LIMITS.cacheTtlSecondsMax).default(LIMITS.cacheTtlSecondsDefault),
  /**
   * What tells two requests of a route apart; what is not in the key does not reach the integration. `query` absent = all parameters, `headers` absent =
   * none, and the whole path is in every key: `path` names variables of it only so that definitions made for AWS can stay as they are.
   */
  key: z.strictObject({ query: names.optional(), headers: headerNames.optional(), path: names.optional() }).default({}),
  /** Request headers that reach the integration although they are not in the key: the operator's word that no answer depends on them. */
  forwardHeaders: z
    .array(headerName.refine((name) => !NEVER_UNKEYED.test(name), 'must be in key.headers to reach the integration'))
    .max(LIMITS.cacheKeyPartsMax)
    .default([]),
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
