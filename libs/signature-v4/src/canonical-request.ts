import { SignatureError } from './signature-error';
import { type HeaderValues, headerValues, type SignableRequest, splitTarget } from './signable-request';
import { decodeQueryPart, uriEncodePath, uriReencodeQueryPart } from './uri-encode';

/**
 * Canonical request: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html, step 1.
 *
 * Deviations. Signers disagree on two lines, so each has a short list of forms and a signature over any of them holds:
 * - path: escaped again (AWS CLI and SDKs) or as on the wire (curl);
 * - query: as on the wire (curl does not sort), its pairs sorted, or sorted after re-encoding (signers that parse the URL).
 * All forms of one request mean the same resource, so a signature never covers a second one: the as-on-the-wire path is
 * not a form where the path holds `%25`, as it could be somebody else's twice-encoded path, and a query with an escape that
 * is broken or in lower case is not re-encoded, so that no changed byte goes unnoticed.
 * AWS's folding of `//` and `/./` is off by default: what is authorised is the path that is routed.
 */
export interface CanonicalRequestParts {
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
  /** Fold empty and dot segments as AWS does for every service but S3. Default false. */
  readonly normalizePath?: boolean;
}

/**
 * Every form of the request that a signer may have signed, the usual one first; at least one, at most six. Each is made when it is
 * asked for: the first one is nearly always right.
 */
export function* canonicalRequests(request: SignableRequest, parts: CanonicalRequestParts): Generator<string> {
  const { rawPath, rawQuery } = splitTarget(request.target);
  if (/[^\x21-\x7e]/.test(request.target)) {
    throw new SignatureError('malformed', 'The request target has characters that must be percent-encoded.');
  }
  const headers = canonicalHeaders(headerValues(request.rawHeaders), parts.signedHeaders);
  const end = `${headers}\n${parts.signedHeaders.join(';')}\n${parts.payloadHash}`;
  const path = parts.normalizePath === true ? normalizePath(rawPath) : rawPath;
  for (const canonicalPath of canonicalPaths(path)) {
    for (const query of canonicalQueries(rawQuery)) yield `${request.method}\n${canonicalPath}\n${query}\n${end}`;
  }
}

/** `name:value` lines of the signed headers; values trimmed, runs of spaces folded, repeated headers joined in wire order. */
export function canonicalHeaders(headers: HeaderValues, signedHeaders: readonly string[]): string {
  let lines = '';
  for (const name of signedHeaders) {
    const values = headers.get(name);
    if (!values) throw new SignatureError('malformed', `The signed header ${name} is not in the request.`);
    lines += `${name}:${values.map((value) => value.trim().replaceAll(/ {2,}/g, ' ')).join(',')}\n`;
  }
  return lines;
}

export function canonicalPaths(path: string): string[] {
  const twiceEncoded = uriEncodePath(path);
  return twiceEncoded === path || path.includes('%25') ? [twiceEncoded] : [twiceEncoded, path];
}

/** The signature itself is no part of what a presigned URL signs. */
export function* canonicalQueries(rawQuery: string): Generator<string> {
  if (rawQuery === '') {
    yield '';
    return;
  }
  const pairs = rawQuery.split('&').filter((pair) => decodeQueryPart(pairName(pair)) !== 'X-Amz-Signature');
  const withEquals = pairs.map((pair) => (pair.includes('=') ? pair : `${pair}=`));
  const sorted = sortPairs(withEquals);
  yield sorted;
  const asSent = pairs.join('&');
  if (asSent !== sorted) yield asSent;
  if (/%(?![0-9A-F]{2})/.test(rawQuery)) return;
  const reencoded = sortPairs(withEquals.map(reencodePair));
  if (reencoded !== sorted && reencoded !== asSent) yield reencoded;
}

function pairName(pair: string): string {
  const equals = pair.indexOf('=');
  return equals < 0 ? pair : pair.slice(0, equals);
}

function reencodePair(pair: string): string {
  const name = pairName(pair);
  return `${uriReencodeQueryPart(name)}=${uriReencodeQueryPart(pair.slice(name.length + 1))}`;
}

/** By name, then by value, each by code point; comparing whole pairs would put `a-b=` before `a=`. */
function sortPairs(pairs: readonly string[]): string {
  return [...pairs].sort((a, b) => compare(pairName(a), pairName(b)) || compare(a, b)).join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function normalizePath(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  return `/${kept.join('/')}${kept.length > 0 && /\/(?:\.{1,2})?$/.test(path) ? '/' : ''}`;
}
