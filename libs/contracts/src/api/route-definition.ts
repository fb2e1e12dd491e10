import { z } from 'zod';
import { LIMITS } from '../limits';
import { routeAuthorization } from './authorization';
import { cacheSetting } from './cache-settings';
import { integration, routeTimeoutMs } from './integration';
import { throttleSettings } from './throttle-settings';
import { validationSettings } from './validation';

export const routeDefinition = z.strictObject(
  {
    /** A route key: `GET /hello/{name}`, `ANY /files/{path+}`, `$default`. */
    route: z.string({ error: 'must be a route key such as "GET /hello/{name}"' }),
    integration,
    timeoutMs: routeTimeoutMs.optional(),
    authorization: routeAuthorization.optional(),
    /** IAM: a signature may leave the body out (`x-amz-content-sha256: UNSIGNED-PAYLOAD`). */
    allowUnsignedPayload: z.boolean().optional(),
    apiKeyRequired: z.boolean().optional(),
    cache: cacheSetting.optional(),
    throttle: throttleSettings.optional(),
    validate: validationSettings.optional(),
    bodyBytesMax: z.int().min(0).max(LIMITS.requestBodyBytesMax).optional(),
    /** For documents made from the API; nothing at run time. */
    documentation: z
      .strictObject({
        operationId: z.string().max(256).optional(),
        summary: z.string().max(1024).optional(),
        description: z.string().max(16_384).optional(),
        tags: z.array(z.string().max(256)).max(20).optional(),
      })
      .optional(),
  },
  { error: 'must be an object with "route" and "integration"' },
);
export type RouteDefinition = z.infer<typeof routeDefinition>;
