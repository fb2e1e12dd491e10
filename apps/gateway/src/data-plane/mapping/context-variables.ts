import { ACCOUNT_ID, type CONTEXT_VARIABLES } from '@sluice/contracts';
import { domainOf, requestTime } from '../events/event-fields';
import { type Routed } from '../request-context';

const VARIABLES: Record<(typeof CONTEXT_VARIABLES)[number], (context: Routed) => string> = {
  accountId: () => ACCOUNT_ID,
  apiId: ({ route }) => route.apiName,
  deploymentId: ({ route }) => route.deploymentId,
  domainName: ({ headers }) => domainOf(headers.host).name,
  domainPrefix: ({ headers }) => domainOf(headers.host).prefix,
  extendedRequestId: ({ requestId }) => requestId,
  httpMethod: ({ method }) => method,
  'identity.accessKey': ({ authorization }) => authorization.identity?.accessKey ?? '',
  'identity.apiKeyId': ({ apiKeyId }) => apiKeyId,
  'identity.caller': ({ authorization }) => authorization.identity?.caller ?? '',
  'identity.sourceIp': ({ sourceIp }) => sourceIp,
  'identity.user': ({ authorization }) => authorization.identity?.user ?? '',
  'identity.userAgent': ({ headers }) => headers.userAgent,
  'identity.userArn': ({ authorization }) => authorization.identity?.userArn ?? '',
  path: ({ stagePath, routedPath }) => stagePath + routedPath,
  protocol: ({ request }) => `HTTP/${request.httpVersion}`,
  requestId: ({ requestId }) => requestId,
  requestTime: ({ receivedEpochMs }) => requestTime(receivedEpochMs),
  requestTimeEpoch: ({ receivedEpochMs }) => String(receivedEpochMs),
  resourcePath: ({ route }) => route.resource,
  routeKey: ({ route }) => route.routeKey,
  stage: ({ route }) => route.stage.name,
};

/** How `$context.NAME` is read from a request; undefined where a request has none, such as a claim of a caller nobody asked for. */
export function contextVariable(name: string): (context: Routed) => unknown {
  const known = Object.hasOwn(VARIABLES, name) ? VARIABLES[name as keyof typeof VARIABLES] : undefined;
  if (known !== undefined) return known;
  const place = name.split('.').slice(1);
  return ({ authorization }) => {
    if (place.length === 1 && place[0] === 'principalId') return authorization.principalId;
    return authorization.authorizerV1 === '' ? undefined : valueAt(JSON.parse(authorization.authorizerV1), place);
  };
}

/** What stands at a place in a JSON value; undefined when nothing does. */
export function valueAt(value: unknown, place: readonly (string | number)[]): unknown {
  let at = value;
  for (const step of place) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Readonly<Record<string | number, unknown>>)[step];
  }
  return at;
}
