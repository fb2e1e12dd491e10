import { z } from 'zod';
import { LIMITS } from '../limits';
import { bodyTemplate, requestParameters, responseParameters } from './mapping';

export const functionIntegration = z.strictObject({
  type: z.literal('function'),
  /** May hold `${stageVariables.name}`. */
  function: z.string({ error: 'must be the name of a function' }).min(1).max(512),
  /** A version or alias; absent = `$LATEST`. */
  qualifier: z.string().max(512).optional(),
  /** Absent = 2.0 on `http` APIs, 1.0 on `rest` APIs. */
  payloadFormat: z.enum(['1.0', '2.0'], { error: 'must be "1.0" or "2.0"' }).optional(),
  responseParameters: responseParameters.optional(),
});
export type FunctionIntegration = z.infer<typeof functionIntegration>;

/** A service on another machine. */
export const httpProxyIntegration = z.strictObject({
  type: z.literal('http-proxy'),
  /** `http://host/base/{proxy}`: path variables and `${stageVariables.name}` are filled in. */
  url: z.string().min(1).max(2048),
  /** Absent = the method of the request. */
  method: z.enum(['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
  connectTimeoutMs: z.int().min(50).max(60_000).default(5_000),
  /** Further attempts of an idempotent request that got no answer. */
  retries: z.int().min(0).max(5).default(1),
  circuitBreaker: z
    .strictObject({
      failures: z.int().min(1).max(10_000).default(10),
      windowSeconds: z.int().min(1).max(600).default(10),
      openSeconds: z.int().min(1).max(600).default(10),
    })
    .optional(),
  /** PEM texts. */
  tls: z
    .strictObject({
      ca: z.string().optional(),
      cert: z.string().optional(),
      key: z.string().optional(),
      serverName: z.string().optional(),
    })
    .optional(),
  /** The Host the upstream sees is the client's instead of the upstream's own. */
  preserveHost: z.boolean().default(false),
  requestParameters: requestParameters.optional(),
  requestBody: bodyTemplate.optional(),
  responseParameters: responseParameters.optional(),
  responseBody: bodyTemplate.optional(),
});
export type HttpProxyIntegration = z.infer<typeof httpProxyIntegration>;

const status = z.int().min(200).max(599);

/** An answer without a backend. */
export const mockIntegration = z.strictObject({
  type: z.literal('mock'),
  statusCode: status.default(200),
  headers: z.record(z.string().min(1).max(256), z.string().max(4096)).default({}),
  /** A text is sent as it is; anything else is a template, sent as JSON. */
  body: bodyTemplate.optional(),
});
export type MockIntegration = z.infer<typeof mockIntegration>;

export const redirectIntegration = z.strictObject({
  type: z.literal('redirect'),
  /** Path variables and `${stageVariables.name}` are filled in, escaped. */
  location: z.string().min(1).max(2048),
  statusCode: z.union([z.literal(301), z.literal(302), z.literal(303), z.literal(307), z.literal(308)]).default(302),
  /** Hands the query of the request on. */
  keepQuery: z.boolean().default(false),
});
export type RedirectIntegration = z.infer<typeof redirectIntegration>;

export const integration = z.discriminatedUnion(
  'type',
  [functionIntegration, httpProxyIntegration, mockIntegration, redirectIntegration],
  { error: 'must be an object with "type": "function", "http-proxy", "mock" or "redirect"' },
);
export type Integration = z.infer<typeof integration>;

export const routeTimeoutMs = z
  .int(`must be an integer from 50 to ${LIMITS.routeTimeoutMsMax}`)
  .min(50, `must be an integer from 50 to ${LIMITS.routeTimeoutMsMax}`)
  .max(LIMITS.routeTimeoutMsMax, `must be an integer from 50 to ${LIMITS.routeTimeoutMsMax}`);
