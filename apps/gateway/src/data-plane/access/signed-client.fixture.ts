import { createHash } from 'node:crypto';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { presignTarget, signRequest } from '@sluice/signature-v4';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: string;
  readonly target: string;
  /** Name, value, … */
  readonly headers: readonly string[];
  readonly body: string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface SignableCall {
  readonly method?: string;
  readonly target: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  readonly service?: string;
  /** When it was signed; now unless given. */
  readonly nowMs?: number;
}

export const sha256 = (body: string): string => createHash('sha256').update(body).digest('hex');

/** Signs a request in its Authorization header, with the hash of its body unless another text is to stand there. */
export function signedCall(origin: string, key: Credentials, call: SignableCall, contentSha256?: string): WireRequest {
  const { method = 'GET', target, headers = [], body = '', service = 'execute-api', nowMs = Date.now() } = call;
  const rawHeaders = ['host', new URL(origin).host, ...headers];
  const bodySha256Hex = contentSha256 ?? sha256(body);
  const added = signRequest({ method, target, rawHeaders }, key, { nowMs, region: 'local', service, bodySha256Hex });
  return { method, target, headers: [...rawHeaders, ...Object.entries(added).flat()], body };
}

/** Signs a request in its query; such a request does not carry the hash of its body. */
export function presignedCall(origin: string, key: Credentials, call: SignableCall, expiresSeconds = 60): WireRequest {
  const { method = 'GET', target, headers = [], body = '', service = 'execute-api', nowMs = Date.now() } = call;
  const rawHeaders = ['host', new URL(origin).host, ...headers];
  const options = { nowMs, region: 'local', service, bodySha256Hex: sha256(body), expiresSeconds };
  return { method, target: presignTarget({ method, target, rawHeaders }, key, options), headers: rawHeaders, body };
}

export function send(origin: string, { method, target, headers, body }: WireRequest): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    const length = body === '' ? [] : ['content-length', String(Buffer.byteLength(body))];
    const outgoing = httpRequest(
      { hostname, port, method, path: target, headers: [...headers, ...length] },
      (response) => {
        const { statusCode = 0, headers } = response;
        text(response).then((answered) => resolve({ status: statusCode, headers, text: answered }), reject);
      },
    );
    outgoing.on('error', reject).end(body);
  });
}
