import { type Routed } from '../request-context';
import { sentApiKey } from '../sent-api-key';
import { ACCOUNT_ID, bodyFields, domainOf, isForwarded, ownHeaders, queryPairs, requestTime } from './event-fields';

/** REST APIs hand these two on in this casing, the gateway's own as below, and all others as they were sent. */
const CASING: Readonly<Record<string, string>> = {
  authorization: 'Authorization',
  'user-agent': 'User-Agent',
  'x-amzn-trace-id': 'X-Amzn-Trace-Id',
  'x-forwarded-for': 'X-Forwarded-For',
  'x-forwarded-port': 'X-Forwarded-Port',
  'x-forwarded-prefix': 'X-Forwarded-Prefix',
  'x-forwarded-proto': 'X-Forwarded-Proto',
};

/**
 * Payload format 1.0 (REST APIs; recorded events): single maps keep the last value, multi-value maps all of them,
 * empty maps are null. Only HTTP APIs say `"version":"1.0"`.
 */
export function buildEventV1(context: Routed): string {
  const body = bodyFields(context);
  return (
    `{${context.route.style === 'http' ? '"version":"1.0",' : ''}${requestFieldsV1(context)}` +
    `,"body":${body === null ? 'null' : JSON.stringify(body.text)},"isBase64Encoded":${body?.base64 ?? false}}`
  );
}

/** The members of an event that are about the request itself, without its body: what an authorizer sees as well. */
export function requestFieldsV1(context: Routed): string {
  const {
    route,
    stagePath,
    routedPath,
    rawQuery,
    headers,
    method,
    requestId,
    sourceIp,
    receivedEpochMs,
    pathParameters,
  } = context;
  const domain = domainOf(headers.host);
  const pathJson = JSON.stringify(routedPath);
  const resourceJson = JSON.stringify(route.resource);
  const methodJson = JSON.stringify(method);
  const headerMaps = maps(headerPairs(context));
  const queryMaps = rawQuery === '' ? NO_MAPS : maps(queryPairs(rawQuery));
  const { authorizerV1, identity: caller } = context.authorization;
  const apiKeyId = context.apiKeyId === '' ? undefined : context.apiKeyId;
  const apiKey = apiKeyId === undefined ? undefined : sentApiKey(context, route.api);
  return (
    `"resource":${resourceJson},"path":${pathJson},"httpMethod":${methodJson}` +
    `,"headers":${headerMaps.single},"multiValueHeaders":${headerMaps.multi}` +
    `,"queryStringParameters":${queryMaps.single},"multiValueQueryStringParameters":${queryMaps.multi}` +
    `,"pathParameters":${pathParameters === null ? 'null' : JSON.stringify(pathParameters)},"stageVariables":${route.stageVariablesJson === '' ? 'null' : route.stageVariablesJson}` +
    `,"requestContext":{"accountId":"${ACCOUNT_ID}","apiId":"${route.apiName}"${authorizerV1 === '' ? '' : `,"authorizer":${authorizerV1}`},"deploymentId":"${route.deploymentId}","domainName":${JSON.stringify(domain.name)}` +
    `,"domainPrefix":${JSON.stringify(domain.prefix)},"extendedRequestId":"${requestId}","httpMethod":${methodJson}` +
    `,"identity":{"accessKey":${textOrNull(caller?.accessKey)},"accountId":${textOrNull(caller?.accountId)},"apiKey":${textOrNull(apiKey)},"apiKeyId":${textOrNull(apiKeyId)},"caller":${textOrNull(caller?.caller)},"cognitoAuthenticationProvider":null,"cognitoAuthenticationType":null` +
    `,"cognitoIdentityId":null,"cognitoIdentityPoolId":null,"principalOrgId":null,"sourceIp":"${sourceIp}","user":${textOrNull(caller?.user)},"userAgent":${JSON.stringify(headers.userAgent)},"userArn":${textOrNull(caller?.userArn)},"clientCert":null}` +
    `,"path":${stagePath === '' ? pathJson : JSON.stringify(stagePath + routedPath)},"protocol":"HTTP/${context.request.httpVersion}","requestId":"${requestId}","requestTime":"${requestTime(receivedEpochMs)}"` +
    `,"requestTimeEpoch":${receivedEpochMs},"resourceId":${route.routeKeyJson},"resourcePath":${resourceJson},"stage":"${route.stage.name}"${route.canaryJson}}`
  );
}

function textOrNull(value: string | undefined): string {
  return value === undefined ? 'null' : JSON.stringify(value);
}

function headerPairs(context: Routed): [string, string][] {
  const { raw } = context.headers;
  const pairs: [string, string][] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] as string;
    const lower = name.toLowerCase();
    if (isForwarded(lower)) pairs.push([cased(lower, name), raw[index + 1] as string]);
  }
  const own = ownHeaders(context);
  for (let index = 0; index < own.length; index += 2) {
    const name = own[index] as string;
    pairs.push([cased(name, name), own[index + 1] as string]);
  }
  return pairs;
}

function cased(lowerName: string, otherwise: string): string {
  return Object.hasOwn(CASING, lowerName) ? (CASING[lowerName] as string) : otherwise;
}

const NO_MAPS = { single: 'null', multi: 'null' } as const;

/** The same pairs as JSON objects: last value of each name, and all values of each name. Any name is data, `__proto__` too. */
function maps(pairs: readonly (readonly [string, string])[]): { single: string; multi: string } {
  if (pairs.length === 0) return NO_MAPS;
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    const present = values.get(name);
    if (present === undefined) values.set(name, [value]);
    else present.push(value);
  }
  let single = '';
  let multi = '';
  for (const [name, list] of values) {
    const key = `${single === '' ? '{' : ','}${JSON.stringify(name)}:`;
    single += key + JSON.stringify(list.at(-1));
    multi += key + JSON.stringify(list);
  }
  return { single: `${single}}`, multi: `${multi}}` };
}
