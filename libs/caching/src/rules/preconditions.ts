/**
 * Whether a client that asks conditionally already has this answer (RFC 9110 §13.2.2): If-None-Match compared weakly, and only without it
 * If-Modified-Since.
 */
export function isNotModified(
  ifNoneMatch: string,
  ifModifiedSince: string,
  answer: { readonly etag: string; readonly lastModified: string },
): boolean {
  if (ifNoneMatch !== '') return answer.etag !== '' && matches(ifNoneMatch, answer.etag);
  if (ifModifiedSince === '' || answer.lastModified === '') return false;
  // Also true of two equal texts that are no dates.
  return ifModifiedSince === answer.lastModified || Date.parse(answer.lastModified) <= Date.parse(ifModifiedSince);
}

const ENTITY_TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g;

function matches(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch.trim() === '*') return true;
  const wanted = withoutWeakness(etag);
  // Tags as some clients send them: without quotes.
  if (withoutWeakness(ifNoneMatch.trim()) === wanted) return true;
  return (ifNoneMatch.match(ENTITY_TAG) ?? []).some((tag) => withoutWeakness(tag) === wanted);
}

function withoutWeakness(etag: string): string {
  return etag.startsWith('W/') ? etag.slice(2) : etag;
}

/** RFC 9110 §15.4.5: what a 304 repeats of the answer it stands for; and what the cache says itself. */
const IN_NOT_MODIFIED = new Set([
  'cache-control',
  'content-location',
  'date',
  'etag',
  'expires',
  'vary',
  'age',
  'x-cache',
  'cache-status',
]);

/** The headers of a 304 that stands for an answer with these headers. */
export function notModifiedHeaders(headers: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string;
    if (IN_NOT_MODIFIED.has(name.toLowerCase())) kept.push(name, headers[index + 1] as string);
  }
  return kept;
}
