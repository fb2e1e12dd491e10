import { type Routed } from '../request-context';
import {
  ACCOUNT_ID,
  bodyFields,
  domainOf,
  forwardedOf,
  isForwarded,
  membersJson,
  queryPairs,
  requestTime,
  traceHeaders,
} from './event-fields';
import { jsonText } from './json-text';

/**
 * Payload format 2.0 (AWS "Working with AWS Lambda proxy integrations for HTTP APIs"): lower-case header names, duplicates joined
 * with commas, cookies apart, empty maps absent. Written as text piece by piece: the event is never an object in the gateway.
 */
export function buildEventV2(context: Routed): string {
  const event = `{"version":"2.0",${requestFieldsV2(context)}`;
  const body = bodyFields(context);
  if (body === null) return `${event},"isBase64Encoded":false}`;
  return `${event},"body":${JSON.stringify(body.text)},"isBase64Encoded":${body.base64}}`;
}

/** The members of an event that are about the request itself, without its body: what an authorizer sees as well. */
export function requestFieldsV2(context: Routed): string {
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
  const { authorizerV2 } = context.authorization;
  const pathJson = jsonText(stagePath === '' ? routedPath : stagePath + routedPath);
  let event = `"routeKey":${route.routeKeyJson},"rawPath":${pathJson},"rawQueryString":${jsonText(rawQuery)}`;
  if (headers.cookie !== '')
    event += `,"cookies":${JSON.stringify(headers.cookie.split(/; */).filter((cookie) => cookie !== ''))}`;
  event += `,"headers":${headersJson(context)}`;
  if (rawQuery !== '') {
    const query = queryJson(rawQuery);
    if (query !== null) event += `,"queryStringParameters":${query}`;
  }
  event +=
    `,"requestContext":{"accountId":"${ACCOUNT_ID}","apiId":"${route.apiName}"${authorizerV2 === '' ? '' : `,"authorizer":${authorizerV2}`},${domainOf(headers.host).json}` +
    `,"http":{"method":"${method}","path":${pathJson},"protocol":"HTTP/${context.request.httpVersion}","sourceIp":"${sourceIp}","userAgent":${jsonText(headers.userAgent)}}` +
    `,"requestId":"${requestId}","routeKey":${route.routeKeyJson},"stage":"${route.stage.name}","time":"${requestTime(receivedEpochMs)}","timeEpoch":${receivedEpochMs}}`;
  if (route.stageVariablesJson !== '') event += `,"stageVariables":${route.stageVariablesJson}`;
  if (pathParameters !== null) event += `,"pathParameters":${JSON.stringify(pathParameters)}`;
  return event;
}

function headersJson(context: Routed): string {
  const { raw } = context.headers;
  const values = new Map<string, string>();
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] as string).toLowerCase();
    if (name !== 'cookie' && isForwarded(name)) join(values, name, raw[index + 1] as string);
  }
  // Names of our own are no client's: `isForwarded` keeps those back.
  const own = `${membersJson(traceHeaders(context))},${forwardedOf(context).json}`;
  return values.size === 0 ? `{${own}}` : `{${membersOf(values)},${own}}`;
}

function queryJson(rawQuery: string): string | null {
  const values = new Map<string, string>();
  for (const [name, value] of queryPairs(rawQuery)) join(values, name, value);
  return values.size === 0 ? null : `{${membersOf(values)}}`;
}

/** Values of one name are joined with commas. */
function join(values: Map<string, string>, name: string, value: string): void {
  const present = values.get(name);
  values.set(name, present === undefined ? value : `${present},${value}`);
}

/** `"name":"value"` of each, with commas between. Any name is data, `__proto__` too. */
function membersOf(values: ReadonlyMap<string, string>): string {
  let text = '';
  for (const [name, value] of values) text += `${text === '' ? '' : ','}${jsonText(name)}:${jsonText(value)}`;
  return text;
}
