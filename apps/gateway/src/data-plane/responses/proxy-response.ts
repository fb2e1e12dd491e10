import { type Readable } from 'node:stream';
import { LIMITS, type PayloadFormat } from '@sluice/contracts';
import { type ResponseStyle } from '../routes/compiled-route';
import { acceptStatus } from './status';
import { appendHeader, sentName } from './response-headers';

/** An answer ready to be written: everything in it is checked. */
export interface ProxyResponse {
  readonly status: number;
  /** Name, value, … without framing headers. */
  readonly headers: readonly string[];
  /** A stream is read once; who replaces the answer destroys it. */
  readonly body: string | Buffer | Readable;
  /** Length of a streamed body, or of what a HEAD request asks about, where it is known. */
  readonly bodyBytes?: number;
}

export const NO_RESPONSE: ProxyResponse = { status: 500, headers: [], body: '' };

const STRICT_KEYS = new Set(['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded']);

/**
 * Reads a Lambda proxy response as AWS does (recorded answers of API Gateway and function URLs):
 * payload format 1.0 is strict, 2.0 infers an answer from anything that has no `statusCode`.
 * `takesBinary`: the caller of a `rest` API accepts one of its `binaryMediaTypes`; without that AWS hands base64 text on as it is.
 * Returns null when it is no proxy response.
 */
export function parseProxyResponse(
  text: string,
  format: PayloadFormat,
  style: ResponseStyle,
  takesBinary = false,
): ProxyResponse | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return format === '1.0' ? strict(value, style, takesBinary) : inferred(value, text, style);
}

/** Format 1.0: an object with known keys only, none of them mandatory, but not `{}` and no other JSON. */
function strict(value: unknown, style: ResponseStyle, takesBinary: boolean): ProxyResponse | null {
  if (!isObject(value)) return null;
  const keys = Object.keys(value);
  if (keys.length === 0 || !keys.every((key) => STRICT_KEYS.has(key))) return null;
  const multi = value['multiValueHeaders'];
  const headers: string[] = [];
  if (!appendMultiValueHeaders(headers, multi, style)) return null;
  if (!appendHeaders(headers, value['headers'], style, multi)) return null;
  const decode = value['isBase64Encoded'] === true && (style !== 'rest' || takesBinary);
  return finish(value, headers, decode, 'application/json');
}

/** Format 2.0: with `statusCode` an answer, without it the value itself is the body. */
function inferred(value: unknown, text: string, style: ResponseStyle): ProxyResponse | null {
  if (!isObject(value) || !Object.hasOwn(value, 'statusCode')) {
    return {
      status: 200,
      headers: ['content-type', 'application/json'],
      body: typeof value === 'string' ? value : text,
    };
  }
  const headers: string[] = [];
  if (!appendHeaders(headers, value['headers'], style, null)) return null;
  const cookies = value['cookies'];
  if (cookies !== undefined && cookies !== null) {
    if (!Array.isArray(cookies)) return null;
    for (const cookie of cookies as unknown[]) if (!appendHeader(headers, 'set-cookie', cookie)) return null;
  }
  return finish(
    value,
    headers,
    value['isBase64Encoded'] === true,
    style === 'http' ? 'text/plain; charset=utf-8' : 'application/json',
  );
}

function finish(
  value: Record<string, unknown>,
  headers: string[],
  decode: boolean,
  contentType: string,
): ProxyResponse | null {
  const status = acceptStatus(value['statusCode']);
  const body = value['body'] ?? '';
  if (status === null || typeof body !== 'string' || !withinLimits(headers)) return null;
  const sent = decode ? decodeBase64(body) : body;
  if (sent === null) return null;
  if (status !== 204 && status !== 304 && !hasHeader(headers, 'content-type'))
    headers.push('content-type', contentType);
  return { status, headers, body: sent };
}

/** Null for what is no base64: Node would skip what it cannot read and hand on less than the function meant. */
function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  const chars = text.length - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);
  // The length tells nearly always; only folded or wrong texts are looked at.
  if (bytes.length === Math.floor((chars * 3) / 4) && chars % 4 !== 1) return bytes;
  return /[^\w+/=\s-]/.test(text) ? null : bytes;
}

function appendHeaders(headers: string[], value: unknown, style: ResponseStyle, multi: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (!isObject(value)) return false;
  for (const name of Object.keys(value)) {
    const sent = sentName(multiValueName(name, multi), style);
    if (sent !== null && !appendHeader(headers, sent, value[name])) return false;
  }
  return true;
}

function appendMultiValueHeaders(headers: string[], value: unknown, style: ResponseStyle): boolean {
  if (value === undefined || value === null) return true;
  if (!isObject(value)) return false;
  for (const name of Object.keys(value)) {
    const values = value[name];
    if (!Array.isArray(values)) return false;
    const sent = sentName(name, style);
    for (const entry of values as unknown[]) if (sent !== null && !appendHeader(headers, sent, entry)) return false;
  }
  return true;
}

/** A header in both maps has the casing of `multiValueHeaders`. */
function multiValueName(name: string, multi: unknown): string {
  if (!isObject(multi)) return name;
  const lower = name.toLowerCase();
  return Object.keys(multi).find((other) => other.toLowerCase() === lower) ?? name;
}

function withinLimits(headers: readonly string[]): boolean {
  if (headers.length / 2 > LIMITS.responseHeadersMax) return false;
  let bytes = 0;
  for (const part of headers) bytes += part.length;
  return bytes <= LIMITS.responseHeaderBytesMax;
}

function hasHeader(headers: readonly string[], lowerName: string): boolean {
  for (let index = 0; index < headers.length; index += 2)
    if ((headers[index] as string).toLowerCase() === lowerName) return true;
  return false;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
