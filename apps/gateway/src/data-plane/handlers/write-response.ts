import { type IncomingMessage } from 'node:http';
import { type GatewayResponse } from '../gateway-response';
import { type Received, type Routed } from '../request-context';
import { type ResponseStyle } from '../routes/compiled-route';

/** Answers with what the function returned. The framing headers are Node's, never the function's. */
export function writeResponse(context: Routed): void {
  const { answer, route, extraHeaders } = context;
  const headers = [...answer.headers, ...extraHeaders];
  pushIdentity(headers, context, route.style);
  send(context, answer.status, headers, answer.body);
}

/** Answers with an error the gateway makes itself, if there is still somebody to answer. */
export function writeGatewayResponse(
  received: Received,
  answer: GatewayResponse,
  extraHeaders: readonly string[] = [],
): void {
  const { request, response } = received;
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const headers = [...answer.headers, ...extraHeaders];
  pushIdentity(headers, received, answer.style);
  if (!request.complete && announcesBody(request)) headers.push('connection', 'close'); // its rest would be taken for the next request
  send(received, answer.status, headers, answer.body);
}

function send(context: Received, status: number, headers: string[], body: string | Buffer): void {
  const { request, response } = context;
  const bodiless = status === 204 || status === 304;
  // RFC 9110 §15.3.6: a 205 has no content, and says so.
  if (status === 205) body = '';
  context.bodyBytes = bodiless ? 0 : Buffer.byteLength(body);
  if (!bodiless) headers.push('content-length', String(context.bodyBytes));
  response.writeHead(status, headers);
  response.end(bodiless || request.method === 'HEAD' ? undefined : body);
}

/** The request id under the name AWS gives it for each kind of API. */
function pushIdentity(headers: string[], { requestId, headers: { traceId } }: Received, style: ResponseStyle): void {
  if (style === 'http') headers.push('apigw-requestid', requestId);
  else if (style === 'rest') headers.push('x-amzn-RequestId', requestId, 'x-amz-apigw-id', requestId);
  else headers.push('x-amzn-RequestId', requestId);
  if (traceId !== '' && style !== 'http') headers.push('X-Amzn-Trace-Id', traceId);
}

function announcesBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}
