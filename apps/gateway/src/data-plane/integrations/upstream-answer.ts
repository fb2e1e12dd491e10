import { type Readable } from 'node:stream';
import { SluiceError } from '@sluice/contracts';
import { type ProxyResponse } from '../responses/proxy-response';
import { appendHeader, sentName } from '../responses/response-headers';
import { acceptStatus } from '../responses/status';
import { type ResponseStyle } from '../routes/compiled-route';

/** Answers that never have a body, whatever their headers say (RFC 9112 §6.3). */
const BODILESS: ReadonlySet<number> = new Set([204, 304]);

export interface UpstreamResponse {
  readonly statusCode: number;
  /** Name, value, … as received. */
  readonly headers: readonly string[];
  readonly body: Readable;
}

/**
 * An upstream's response as an answer of the gateway: headers of its connection dropped, every other one checked, the length kept.
 * Throws RESPONSE_MALFORMED, and lets go of the body, for what could not be handed on as it is.
 */
export function upstreamAnswer(response: UpstreamResponse, method: string, style: ResponseStyle): ProxyResponse {
  const { statusCode, body } = response;
  const status = acceptStatus(statusCode);
  const nominated = connectionOptions(response.headers);
  const headers: string[] = [];
  let bodyBytes: number | undefined;
  for (let index = 0; index < response.headers.length; index += 2) {
    const name = response.headers[index] as string;
    const value = response.headers[index + 1] as string;
    const lower = name.toLowerCase();
    if (lower === 'content-length') {
      if (/^\d{1,15}$/.test(value)) bodyBytes = Number(value);
      continue;
    }
    if (nominated?.includes(lower) === true) continue;
    const sent = sentName(name, style);
    if (sent !== null && !appendHeader(headers, sent, value)) throw malformed(body, `its header ${lower.slice(0, 80)}`);
  }
  if (status === null) throw malformed(body, `its status ${statusCode}`);
  if (method === 'HEAD' || BODILESS.has(status)) {
    body.on('error', () => undefined).resume();
    return { status, headers, body: '', ...(bodyBytes === undefined ? {} : { bodyBytes }) };
  }
  return { status, headers, body, ...(bodyBytes === undefined ? {} : { bodyBytes }) };
}

function connectionOptions(headers: readonly string[]): readonly string[] | null {
  for (let index = 0; index < headers.length; index += 2) {
    if ((headers[index] as string).toLowerCase() !== 'connection') continue;
    const value = (headers[index + 1] as string).toLowerCase();
    if (value !== 'keep-alive' && value !== 'close') return value.split(',').map((option) => option.trim());
  }
  return null;
}

function malformed(body: Readable, what: string): SluiceError {
  body.on('error', () => undefined).destroy();
  return new SluiceError('RESPONSE_MALFORMED', `The upstream's answer cannot be handed on: ${what}.`);
}
