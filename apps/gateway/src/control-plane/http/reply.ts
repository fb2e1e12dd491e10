import { type ServerResponse } from 'node:http';

/** What a controller answers when it is more than 200 and a JSON object. */
export class Reply {
  constructor(
    readonly status: number,
    /** Bytes and text go out as they are, null is no body, anything else is JSON. */
    readonly body: unknown,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}
}

/** Writes a complete answer; the only place of the control plane that does. */
export function writeReply(response: ServerResponse, { status, body, headers }: Reply): void {
  if (response.headersSent || response.destroyed) return;
  response.statusCode = status;
  const bytes = bodyBytes(body);
  if (bytes.length > 0) {
    response.setHeader('content-type', Buffer.isBuffer(body) ? 'application/octet-stream' : 'application/json');
  }
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (status !== 204 && status !== 304) response.setHeader('content-length', bytes.length);
  // Node reads on what is left of a refused body, so that the client gets to see the answer; not without end, though.
  if (!response.req.complete && !endsSoon(response.req.headers)) response.setHeader('connection', 'close');
  response.end(bytes);
}

function bodyBytes(body: unknown): Buffer {
  if (body === null || body === undefined) return Buffer.alloc(0);
  if (Buffer.isBuffer(body)) return body;
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function endsSoon(headers: NodeJS.Dict<string | string[]>): boolean {
  return headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= UNREAD_BYTES_MAX;
}

const UNREAD_BYTES_MAX = 64 * 1024 * 1024;
