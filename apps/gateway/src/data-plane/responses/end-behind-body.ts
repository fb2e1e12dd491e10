import { type IncomingMessage, type ServerResponse } from 'node:http';

/** For so long the rest of a body is taken in that nobody wants any more. */
const LINGER_MS = 2_000;

/**
 * Ends an answer, whose head is set, to a request that has not come whole: the client gets it at once, the connection closes when the
 * rest has come, or after two seconds. A connection closed before is reset by what still arrives, and a reset can take the answer
 * away from a client that has not read it yet (RFC 9112 §9.6).
 */
export function endBehindBody(
  request: IncomingMessage,
  response: ServerResponse,
  body: string | Buffer | undefined,
): void {
  if (body === undefined || body.length === 0) response.flushHeaders();
  else response.write(body);
  const end = (): void => {
    clearTimeout(timer);
    request.off('end', end).off('close', end);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS);
  request.on('end', end).on('close', end).resume();
}
