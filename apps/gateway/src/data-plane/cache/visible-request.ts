import { IncomingMessage, ServerResponse } from 'node:http';
import { hostnameOf } from '@sluice/caching';
import { RequestContext, type Routed } from '../request-context';
import { readHeaders } from '../request-headers';

/** What functions see of an address that is in no key. */
const ANY_ADDRESS = '0.0.0.0';

export interface Visibility {
  /** Lower-case name → whether the integration may see the header. */
  readonly seesHeader: (lowerName: string) => boolean;
  readonly visibleQuery: (rawQuery: string) => string;
}

/**
 * The request as the integration of a cached route sees it: nothing that is not in the key, so nothing that a caller sends can get into an answer
 * that others are given. The body and its type are in the key where there is one; host is the name without its port.
 */
export function visibleRequest(context: Routed, { seesHeader, visibleQuery }: Visibility): Routed {
  const { raw, host } = context.headers;
  const seen: string[] = seesHeader('host') ? [] : ['host', hostnameOf(host)];
  for (let index = 0; index < raw.length; index += 2)
    if (seesHeader((raw[index] as string).toLowerCase())) seen.push(raw[index] as string, raw[index + 1] as string);
  return derived(context, context.request, context.response, visibleQuery(context.rawQuery), seen);
}

/** The same request once more, without a client that waits for it or could leave. */
export function withoutClient(visible: Routed): Routed {
  const request = new IncomingMessage(visible.request.socket);
  request.method = visible.request.method;
  request.url = visible.request.url;
  request.httpVersion = visible.request.httpVersion;
  request.rawHeaders = [...visible.headers.raw];
  request.complete = true;
  request.push(null);
  return derived(visible, request, new ServerResponse(request), visible.rawQuery, visible.headers.raw);
}

/** What is not named here is not seen: a new member of the context stays hidden until it is in the key. */
function derived(
  context: Routed,
  request: IncomingMessage,
  response: ServerResponse,
  rawQuery: string,
  rawHeaders: readonly string[],
): Routed {
  const { requestId, receivedAtMs, receivedEpochMs, method, path } = context;
  const headers = readHeaders(rawHeaders);
  const copy = new RequestContext(
    request,
    response,
    requestId,
    receivedAtMs,
    receivedEpochMs,
    method,
    path,
    rawQuery,
    headers,
    ANY_ADDRESS,
  );
  copy.route = context.route;
  copy.mount = context.mount;
  copy.stagePath = context.stagePath;
  copy.routedPath = context.routedPath;
  copy.pathParameters = context.pathParameters;
  copy.authorization = context.authorization;
  copy.body = context.body;
  return copy as RequestContext & Routed;
}
