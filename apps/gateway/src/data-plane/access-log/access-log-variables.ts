import { SluiceError, type AccessLogVariable } from '@sluice/contracts';
import { type Variable, type VariableValue } from '@sluice/logging';
import { ACCOUNT_ID, domainOf, requestTime } from '../events/event-fields';
import { FunctionFailure } from '../function-failure';
import { gatewayResponse } from '../gateway-response';
import { type CallerIdentity } from '../request-authorization';
import { type Routed } from '../request-context';
import { traceContextOf, traceParent } from '../tracing/trace-context';
import { type AccessLogEntry } from './access-log-entry';
import { codeOf } from './sluice-line';

type Read = (entry: AccessLogEntry) => VariableValue;

/** `$context` variables; https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html */
const VARIABLES: Readonly<Record<AccessLogVariable, Read>> = {
  accountId: () => ACCOUNT_ID,
  apiId: ({ routed }) => routed?.route.apiName ?? '',
  'authorizer.error': authorizerError,
  'authorizer.principalId': ({ routed }) => routed?.authorization.principalId ?? '',
  'authorizer.status': authorizerStatus,
  awsEndpointRequestId: ({ received }) => received.requestId,
  cacheStatus: ({ routed }) => routed?.cacheStatus ?? '',
  'customDomain.basePathMatched': ({ routed }) => (routed === null ? '' : basePath(routed)),
  dataProcessed: ({ received, routed }) =>
    received.bodyBytes + (routed === null ? 0 : routed.body.length + routed.streamedBytes),
  deploymentId: ({ routed }) => routed?.route.deploymentId ?? '',
  domainName: ({ received }) => domainOf(received.headers.host).name,
  domainPrefix: ({ received }) => domainOf(received.headers.host).prefix,
  'error.message': errorMessage,
  'error.messageString': (entry) => (entry.failure === null ? '' : JSON.stringify(errorMessage(entry))),
  'error.responseType': ({ failure }) => codeOf(failure),
  'error.validationErrorString': validationErrors,
  extendedRequestId: ({ received }) => received.requestId,
  httpMethod: ({ received }) => received.method,
  'identity.accountId': ofCaller('accountId'),
  'identity.apiKeyId': ({ routed }) => routed?.apiKeyId ?? '',
  'identity.caller': ofCaller('caller'),
  'identity.sourceIp': ({ received }) => received.sourceIp,
  'identity.user': ofCaller('user'),
  'identity.userAgent': ({ received }) => received.headers.userAgent,
  'identity.userArn': ofCaller('userArn'),
  'integration.error': integrationError,
  'integration.integrationStatus': integrationStatus,
  'integration.latency': integrationLatency,
  'integration.requestId': ({ received, routed }) => (routed?.integrationMs ? received.requestId : ''),
  'integration.status': ({ routed }) => (routed?.integrationMs ? routed.answer.status || '' : ''),
  integrationErrorMessage: integrationError,
  integrationLatency,
  integrationStatus,
  isCanaryRequest: ({ routed }) => (routed === null ? '' : String(routed.route.stage.canary)),
  path: ({ received }) => received.path,
  protocol: ({ received }) => `HTTP/${received.request.httpVersion}`,
  requestId: ({ received }) => received.requestId,
  requestTime: ({ received }) => requestTime(received.receivedEpochMs),
  requestTimeEpoch: ({ received }) => received.receivedEpochMs,
  resourcePath: ({ routed }) => routed?.route.resource ?? '',
  responseLatency: ({ latencyMs }) => Math.round(latencyMs),
  responseLength: ({ received }) => received.bodyBytes,
  routeKey: ({ routed }) => routed?.route.routeKey ?? '',
  stage: ({ routed }) => routed?.route.stage.name ?? '',
  status: ({ status }) => status,
  traceparent: traceParentOf,
  xrayTraceId: ({ received }) => received.headers.traceId,
};

/** The variable of a name that a template may hold; undefined for those that have nothing to show. */
export function accessLogVariable(name: string): Variable<AccessLogEntry> | undefined {
  if (Object.hasOwn(VARIABLES, name))
    return { read: VARIABLES[name as AccessLogVariable], fixedForm: name === 'requestTime' };
  return name.startsWith('authorizer.') ? { read: authorizerProperty(name.split('.').slice(1)) } : undefined;
}

function ofCaller(field: keyof CallerIdentity): Read {
  return ({ routed }) => routed?.authorization.identity?.[field] ?? '';
}

/** What an authorizer added to the event, `claims.sub` of a token included. */
function authorizerProperty(path: readonly string[]): Read {
  return ({ routed }) => {
    const json = routed?.authorization.authorizerV1 || routed?.authorization.authorizerV2 || '';
    if (json === '') return '';
    let value = JSON.parse(json) as unknown;
    for (const part of path) {
      const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, part);
      if (!isObject) return '';
      value = (value as Readonly<Record<string, unknown>>)[part];
    }
    if (typeof value === 'string' || typeof value === 'number') return value;
    return value === undefined || value === null ? '' : JSON.stringify(value);
  };
}

const BY_AUTHORIZATION = /^(AUTHORIZER_|UNAUTHORIZED$|INVALID_SIGNATURE$|EXPIRED_TOKEN$|MISSING_AUTHENTICATION_TOKEN$)/;

function authorizerStatus({ routed, failure, status }: AccessLogEntry): VariableValue {
  if (BY_AUTHORIZATION.test(codeOf(failure))) return status;
  return routed === null || routed.authorization.kind === 'none' ? '' : 200;
}

function authorizerError({ failure }: AccessLogEntry): VariableValue {
  return failure instanceof SluiceError && BY_AUTHORIZATION.test(failure.code) ? failure.message : '';
}

/** What the caller was told. */
function errorMessage({ failure, routed }: AccessLogEntry): string {
  if (failure === null) return '';
  const body = JSON.parse(gatewayResponse(failure, routed?.route.style ?? 'http').body) as Record<
    string,
    string | undefined
  >;
  return body['message'] ?? body['Message'] ?? '';
}

function validationErrors({ failure }: AccessLogEntry): string {
  if (!(failure instanceof SluiceError) || !failure.code.startsWith('BAD_REQUEST_')) return '';
  const messages = failure.details?.map(({ message }) => message) ?? [failure.message];
  return `[${messages.join(', ')}]`;
}

function integrationError({ failure }: AccessLogEntry): VariableValue {
  if (failure instanceof FunctionFailure) return failure.reason;
  return failure instanceof SluiceError && failure.code.startsWith('INTEGRATION_') ? failure.message : '';
}

/** Of a function the status of the invocation, which AWS answers 200 whatever the function did; of a service its own. */
function integrationStatus({ routed, failure }: AccessLogEntry): VariableValue {
  if (!routed?.integrationMs || failure instanceof SluiceError) return '';
  return routed.route.definition.integration.type === 'function' ? 200 : routed.answer.status || '';
}

function integrationLatency({ integrationMs }: AccessLogEntry): VariableValue {
  return integrationMs > 0 ? Math.round(integrationMs) : '';
}

function traceParentOf({ received, routed }: AccessLogEntry): string {
  const context = traceContextOf(received);
  return traceParent(context, context.sampled ?? routed?.route.tracer?.samples(context.traceId) ?? false);
}

/** Of a custom domain; below the gateway's own address there is none. */
function basePath({ mount, route }: Routed): string {
  if (route.style === 'function-url' || mount === `/${route.apiName}`) return '';
  return mount === '' ? '(none)' : mount.slice(1);
}
