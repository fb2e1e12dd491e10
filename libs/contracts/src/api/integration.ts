import { z } from 'zod';
import { LIMITS } from '../limits';
import { hasStageVariables } from './stage-variables';
import { checked, requestBodyTemplate, requestParameters, responseBodyTemplate, responseParameters } from './mapping';
import { parseMappingTemplate } from './mapping-expression';
import { isMockHeader } from './mapping-target';
import { parseLocation, parseUpstreamUrl } from './url-template';

export const functionIntegration = z.strictObject({
  type: z.literal('function'),
  /** May hold `${stageVariables.name}`. */
  function: z.string({ error: 'must be the name of a function' }).min(1).max(512),
  /** A version or alias; absent = `$LATEST`. */
  qualifier: z.string().max(512).optional(),
  /** Absent = 2.0 on `http` APIs, 1.0 on `rest` APIs. */
  payloadFormat: z.enum(['1.0', '2.0'], { error: 'must be "1.0" or "2.0"' }).optional(),
  responseParameters: responseParameters.optional(),
  responseBody: responseBodyTemplate.optional(),
});
export type FunctionIntegration = z.infer<typeof functionIntegration>;

/** A service on another machine. */
export const httpProxyIntegration = z.strictObject({
  type: z.literal('http-proxy'),
  /** `http://host/base/{proxy}`: path variables and `${stageVariables.name}` are filled in. */
  url: z
    .string()
    .min(1)
    .max(2048)
    .superRefine((url, context) => checked(() => parseUpstreamUrl(withoutStageVariables(url, 'http://x')), context)),
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
  /** What the upstream gets as its body, as JSON. */
  requestBody: requestBodyTemplate.optional(),
  responseParameters: responseParameters.optional(),
  /** What the client gets as its body, as JSON, when the upstream answers 2xx. */
  responseBody: responseBodyTemplate.optional(),
});
export type HttpProxyIntegration = z.infer<typeof httpProxyIntegration>;

const headerTemplate = z
  .string()
  .max(4096)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'has a character that a header cannot carry')
  .superRefine((value, context) => checked(() => parseMappingTemplate(value, 'request'), context));
const status = z.int().min(200).max(599);

/** An answer without a backend. */
export const mockIntegration = z.strictObject({
  type: z.literal('mock'),
  statusCode: status.default(200),
  headers: z.record(z.string().refine(isMockHeader, 'is none that a mock may set'), headerTemplate).default({}),
  /** A text, or a template that is sent as JSON. */
  body: requestBodyTemplate.optional(),
});
export type MockIntegration = z.infer<typeof mockIntegration>;

export const redirectIntegration = z.strictObject({
  type: z.literal('redirect'),
  /** Path variables and `${stageVariables.name}` are filled in, escaped. */
  location: z
    .string()
    .min(1)
    .max(2048)
    .superRefine((location, context) => checked(() => parseLocation(withoutStageVariables(location, '/x')), context)),
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

/** A template as it could look once a stage has filled its variables in; one at the beginning may hold a whole URL. */
function withoutStageVariables(template: string, beginning: string): string {
  if (!hasStageVariables(template)) return template;
  return template
    .replace(/^\$\{stageVariables\.[A-Za-z0-9_]+\}/, beginning)
    .replace(/\$\{stageVariables\.[A-Za-z0-9_]+\}/g, 'x');
}
