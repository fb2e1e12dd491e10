import { Readable } from 'node:stream';
import { type GatewayResponse } from '../gateway-response';
import { announcesBody } from '../integrations/request-body';
import { type Received, type Routed } from '../request-context';
import { discardBody } from '../responses/collect-body';
import { endBehindBody } from '../responses/end-behind-body';
import { endWithTurn } from '../responses/end-of-turn';
import { writeStream } from '../responses/write-stream';
import { type ResponseStyle } from '../routes/compiled-route';

/** Answers with what the integration returned. The framing headers are Node's, never the integration's. */
export function writeResponse(context: Routed): void | Promise<void> {
  const { answer, route, extraHeaders } = context;
  const { body, status } = answer;
  const headers = [...answer.headers, ...extraHeaders];
  pushIdentity(headers, context, route.style);
  if (!(body instanceof Readable)) return send(context, status, headers, body, answer.bodyBytes);
  if (isBodiless(status) || status === 205 || context.method === 'HEAD') {
    discardBody(answer);
    return send(context, status, headers, '', answer.bodyBytes);
  }
  // The upstream may answer before it has the whole request; what is left of that would be taken for the next one.
  if (!context.request.complete && announcesBody(context)) context.response.shouldKeepAlive = false;
  return writeStream(context, answer, headers);
}

/** Answers with an error the gateway makes itself, if there is still somebody to answer. */
export function writeGatewayResponse(
  received: Received,
  answer: GatewayResponse,
  extraHeaders: readonly string[] = [],
): void {
  const { response } = received;
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const headers = [...answer.headers, ...extraHeaders];
  pushIdentity(headers, received, answer.style);
  send(received, answer.status, headers, answer.body, undefined);
}

/** `askedBytes`: the length of the body a HEAD request asks about, where it is not at hand; nothing is said about it where nobody knows it. */
function send(
  context: Received,
  status: number,
  headers: string[],
  body: string | Buffer,
  askedBytes: number | undefined,
): void {
  const { method, request, response } = context;
  const bodiless = isBodiless(status);
  // RFC 9110 §15.3.6: a 205 has no content, and says so.
  if (status === 205) body = '';
  context.bodyBytes = bodiless ? 0 : Buffer.byteLength(body);
  if (!bodiless) {
    const bytes = method === 'HEAD' && body.length === 0 ? askedBytes : context.bodyBytes;
    if (bytes !== undefined) headers.push('content-length', String(bytes));
  }
  const sent = bodiless || method === 'HEAD' ? undefined : body;
  // What is left of the request is not worth keeping the connection for, however much it is.
  const unread = !request.complete && announcesBody(context);
  if (unread) response.shouldKeepAlive = false;
  response.writeHead(status, headers);
  if (unread) endBehindBody(request, response, sent);
  else endWithTurn(response, sent);
}

function isBodiless(status: number): boolean {
  return status === 204 || status === 304;
}

/** The request id under the name AWS gives it for each kind of API. */
function pushIdentity(headers: string[], { requestId, headers: { traceId } }: Received, style: ResponseStyle): void {
  if (style === 'http') headers.push('apigw-requestid', requestId);
  else if (style === 'rest') headers.push('x-amzn-RequestId', requestId, 'x-amz-apigw-id', requestId);
  else headers.push('x-amzn-RequestId', requestId);
  if (traceId !== '' && style !== 'http') headers.push('X-Amzn-Trace-Id', traceId);
}
