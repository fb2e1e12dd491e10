import { SluiceError } from '@sluice/contracts';

export interface CanonicalPath {
  readonly path: string;
  /** What follows the first `?`, as sent; empty when there is none. */
  readonly rawQuery: string;
}

const SPACE = 0x20;
const HASH = 0x23;
const PERCENT = 0x25;
const DOT = 0x2e;
const SLASH = 0x2f;
const QUESTION = 0x3f;
const BACKSLASH = 0x5c;
const DELETE = 0x7f;

/**
 * The one form of a request's path that routing, authorization, cache keys and logs use, so that they cannot disagree.
 * RFC 3986 section 6.2.2 with one change: what would have to be removed is refused instead, as a proxy in front may have
 * read it otherwise. Escapes of unreserved characters are decoded, those that stay are in capitals, nothing else changes; `//`
 * stays an empty segment.
 *
 * @throws SluiceError BAD_REQUEST: absolute-form, `#`, control bytes, bytes that are not ASCII, broken escapes, and in the
 * path `\`, dot segments, and escaped `/`, `\` and NUL
 */
export function canonicalPath(rawTarget: string): CanonicalPath {
  if (rawTarget.charCodeAt(0) !== SLASH) throw badTarget('must start with "/"');
  let pathEnd = -1;
  let plain = true;
  let previous = 0;
  for (let i = 0; i < rawTarget.length; i++) {
    const code = rawTarget.charCodeAt(i);
    if (code <= SPACE || code >= DELETE) throw badTarget('has a character that must be percent-encoded');
    if (code === HASH) throw badTarget('has a fragment');
    if (pathEnd >= 0) continue;
    if (code === QUESTION) pathEnd = i;
    else if (code === PERCENT || code === BACKSLASH || (code === DOT && previous === SLASH)) plain = false;
    previous = code;
  }
  const path = pathEnd < 0 ? rawTarget : rawTarget.slice(0, pathEnd);
  return { path: plain ? path : normalized(path), rawQuery: pathEnd < 0 ? '' : rawTarget.slice(pathEnd + 1) };
}

function normalized(path: string): string {
  if (path.includes('\\') || /%(?:2f|5c|00)/i.test(path)) throw badTarget('has an escaped slash, a backslash or a NUL');
  // A broken escape could become a good one when its neighbour is decoded: "%%32e" would turn into "%2e".
  if (/%(?![0-9a-f]{2})/i.test(path)) throw badTarget('has a broken percent escape');
  const decoded = path.replaceAll(/%[0-9a-f]{2}/gi, (escape) => {
    const character = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    return /[A-Za-z0-9\-._~]/.test(character) ? character : escape.toUpperCase();
  });
  if (/\/\.{1,2}(?:\/|$)/.test(decoded)) throw badTarget('has a "." or ".." segment');
  return decoded;
}

function badTarget(problem: string): SluiceError {
  return new SluiceError('BAD_REQUEST', `The request target ${problem}.`);
}
