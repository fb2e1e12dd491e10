import { z } from 'zod';

/**
 * `$context` variables of AWS's REST and HTTP APIs, and what they would show here. Those that have nothing to show here (WAF, Cognito,
 * VPC endpoints, the latency of single authorization steps) are known all the same, so that a template can be taken over: they show `-`.
 */
export const ACCESS_LOG_VARIABLES = [
  'accountId',
  'apiId',
  'authorizer.error',
  'authorizer.principalId',
  'authorizer.status',
  'awsEndpointRequestId',
  'customDomain.basePathMatched',
  'dataProcessed',
  'deploymentId',
  'domainName',
  'domainPrefix',
  'error.message',
  'error.messageString',
  'error.responseType',
  'error.validationErrorString',
  'extendedRequestId',
  'httpMethod',
  'identity.accountId',
  'identity.apiKeyId',
  'identity.caller',
  'identity.sourceIp',
  'identity.user',
  'identity.userAgent',
  'identity.userArn',
  'integration.error',
  'integration.integrationStatus',
  'integration.latency',
  'integration.requestId',
  'integration.status',
  'integrationErrorMessage',
  'integrationLatency',
  'integrationStatus',
  'isCanaryRequest',
  'path',
  'protocol',
  'requestId',
  'requestTime',
  'requestTimeEpoch',
  'resourcePath',
  'responseLatency',
  'responseLength',
  'routeKey',
  'stage',
  'status',
  'traceparent',
  'xrayTraceId',
  'cacheStatus',
] as const;
export type AccessLogVariable = (typeof ACCESS_LOG_VARIABLES)[number];

/** Properties an authorizer or a token brings along are named by whoever makes them. */
const FAMILIES = /^authorizer\.[A-Za-z0-9_.-]+$/;
const NOTHING_TO_SHOW =
  /^(identity\.(apiKey|clientCert\..+|cognito\w+|principalOrgId|vpcId|vpceId)|(authorize|authenticate|waf)\.\w+|waf\w+|webaclArn|resourceId|awsEndpointRequestId2|requestOverride\..+)$/;
const PRESETS = ['sluice', 'json', 'clf'];
const VARIABLE = /\$context\.([A-Za-z0-9_]+(?:\.[A-Za-z0-9_-]+)*)/g;

const format = z
  .string()
  .min(1)
  .max(3_072)
  .superRefine((text, context) => {
    if (PRESETS.includes(text)) return;
    if (/\p{Cc}/u.test(text)) context.addIssue('must be one line without control characters');
    const names = [...text.matchAll(VARIABLE)].map((match) => match[1] as string);
    if (!names.includes('requestId') && !names.includes('extendedRequestId'))
      context.addIssue(`must contain $context.requestId, or be one of ${PRESETS.join(', ')}`);
    const unknown = names.find((name) => !isKnown(name));
    if (unknown !== undefined) context.addIssue(`$context.${unknown} is not a variable of access logs`);
  });

const url = z
  .string()
  .max(2_048)
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'must be an http or https URL');

export const accessLogSettings = z.strictObject({
  /** A preset, or a template with `$context.*`. */
  format: format.default('sluice'),
  /** `default` is wherever the gateway logs requests without a setting; `file` the operator's file. */
  destination: z.union([z.enum(['default', 'stdout', 'file', 'off']), z.strictObject({ url })]).default('default'),
});
export type AccessLogSettings = z.infer<typeof accessLogSettings>;

function isKnown(name: string): boolean {
  return (
    (ACCESS_LOG_VARIABLES as readonly string[]).includes(name) || FAMILIES.test(name) || NOTHING_TO_SHOW.test(name)
  );
}
