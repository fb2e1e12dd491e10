import { Readable } from 'node:stream';
import { compressBuffer, compressStream } from '../compression/compress-body';
import { isCompressible } from '../compression/compressible';
import { chooseCoding, type ContentCoding } from '../compression/content-coding';
import { removeHeader } from '../header-list';
import { type Routed } from '../request-context';
import { type Handler } from '../request-pipeline';
import { type ProxyResponse } from '../responses/proxy-response';
import { type RouteBlueprint } from '../routes/route-blueprint';

/** Said about the very bytes that were there before. */
const OF_THE_BYTES = ['accept-ranges', 'content-digest', 'content-md5', 'digest'];

/**
 * Sends answers of at least `minimumCompressionSizeBytes` in a coding the client takes. Not those that are encoded already, parts
 * (206), answers that forbid it (`no-transform`), or types that would not get smaller.
 */
export function compileCompress({ api }: RouteBlueprint): Handler | null {
  const { minimumCompressionSizeBytes: bytesMin } = api;
  if (bytesMin === undefined) return null;
  return (context) => {
    const { answer } = context;
    if (!mayChange(answer)) return;
    const headers = [...answer.headers, 'vary', 'accept-encoding'];
    const coding = context.method === 'HEAD' ? null : chooseCoding(context.request.headers['accept-encoding'] ?? '');
    // RFC 9110 §15.4.5: says of the answer the client has what was said when it got it.
    if (answer.status === 304) {
      context.answer = { ...answer, headers: coding === null ? headers : withWeakTag(headers) };
      return;
    }
    if (coding === null || sizeOf(answer) < bytesMin) {
      context.answer = { ...answer, headers };
      return;
    }
    const { body, status } = answer;
    const encodedHeaders = withCoding(headers, coding);
    if (body instanceof Readable) {
      context.answer = { status, headers: encodedHeaders, body: compressStream(body, coding) };
      return;
    }
    const compressed = compressedBody(context, body, coding);
    const answerWith = (bytes: Buffer): void => {
      context.answer = { status, headers: encodedHeaders, body: bytes };
    };
    return Buffer.isBuffer(compressed) ? answerWith(compressed) : compressed.then(answerWith);
  };
}

/** A hit hands out the same bytes again and again: they are compressed once, for as long as the entry lives. */
const ofCacheEntries = new WeakMap<Buffer, Partial<Record<ContentCoding, Buffer | Promise<Buffer>>>>();

function compressedBody(
  { cacheStatus }: Routed,
  body: string | Buffer,
  coding: ContentCoding,
): Buffer | Promise<Buffer> {
  if (typeof body === 'string' || cacheStatus !== 'HIT')
    return compressBuffer(typeof body === 'string' ? Buffer.from(body) : body, coding);
  let kept = ofCacheEntries.get(body);
  if (kept === undefined) ofCacheEntries.set(body, (kept = {}));
  return (kept[coding] ??= compressBuffer(body, coding));
}

function mayChange({ status, headers }: ProxyResponse): boolean {
  if (status === 204 || status === 205 || status === 206) return false;
  let contentType = '';
  for (let index = 0; index < headers.length; index += 2) {
    const value = headers[index + 1] as string;
    switch ((headers[index] as string).toLowerCase()) {
      case 'content-encoding':
      case 'content-range':
        return false;
      case 'cache-control':
        if (/\bno-transform\b/i.test(value)) return false;
        break;
      case 'content-type':
        contentType = value;
        break;
    }
  }
  return isCompressible(contentType);
}

/** A stream of unknown length may become large. */
function sizeOf({ body, bodyBytes }: ProxyResponse): number {
  if (body instanceof Readable) return bodyBytes ?? Infinity;
  return typeof body === 'string' ? Buffer.byteLength(body) : body.length;
}

/** RFC 9110 §8.8.1: what was made on the way is not byte for byte the same, so its tag is a weak one. */
function withCoding(headers: string[], coding: ContentCoding): string[] {
  for (const name of OF_THE_BYTES) removeHeader(headers, name);
  withWeakTag(headers);
  headers.push('content-encoding', coding);
  return headers;
}

function withWeakTag(headers: string[]): string[] {
  for (let index = 0; index < headers.length; index += 2) {
    const value = headers[index + 1] as string;
    if ((headers[index] as string).toLowerCase() === 'etag' && !value.startsWith('W/'))
      headers[index + 1] = `W/${value}`;
  }
  return headers;
}
