import { etagOf, storabilityOf, type NotStored, type StorableResponse } from '@sluice/caching';
import { type ProxyResponse } from '../responses/proxy-response';
import { type CachedRoute, type KeyedBy } from './cached-route';

/** An answer that may be kept, but for its body; or why it may not. */
export type Verdict =
  | { readonly stored: true; readonly contentWith: (body: Buffer) => StorableResponse }
  | { readonly stored: false; readonly reason: NotStored };

/** Said by the cache itself of an answer it gives, whatever the integration said. */
const NOT_KEPT = new Set(['age', 'x-cache', 'cache-tag']);

/** Whether the cache of this route keeps an answer, and as what. */
export function verdictOn(
  answer: ProxyResponse,
  cached: CachedRoute,
  { directives, keyed, rawHeaders }: KeyedBy,
  nowEpochMs: number,
): Verdict {
  const { ttlSeconds, staleWhileRevalidateSeconds } = cached.settings;
  const storability = storabilityOf({
    status: answer.status,
    headers: answer.headers,
    ttlMs: ttlSeconds * 1_000,
    staleWhileRevalidateMs: staleWhileRevalidateSeconds * 1_000,
    needsConsent: cached.needsConsent(directives, keyed),
    nowEpochMs,
  });
  if (!storability.stored) return storability;
  // What was answered without the header it varies by is not kept; from now on the integration sees that header.
  if (!cached.vary(storability.vary, keyed, rawHeaders)) return { stored: false, reason: 'vary' };
  const { ageMs, freshMs, staleMs, etag, lastModified, tags } = storability;
  const headers = withoutNames(answer.headers, NOT_KEPT);
  return {
    stored: true,
    contentWith: (body) => {
      const ownEtag = etag === '' && answer.status === 200 ? etagOf(body) : '';
      return {
        status: answer.status,
        headers: ownEtag === '' ? headers : [...headers, 'etag', ownEtag],
        body,
        etag: ownEtag === '' ? etag : ownEtag,
        lastModified,
        ageMs,
        freshMs,
        staleMs,
        tags,
      };
    },
  };
}

/** The answer as a client may get it: tags are between the function and the cache. */
export function withoutTags(answer: ProxyResponse): ProxyResponse {
  const { headers } = answer;
  for (let index = 0; index < headers.length; index += 2)
    if (isTag(headers[index] as string)) return { ...answer, headers: withoutNames(headers, new Set(['cache-tag'])) };
  return answer;
}

function isTag(name: string): boolean {
  return name.length === 9 && name.toLowerCase() === 'cache-tag';
}

function withoutNames(headers: readonly string[], lowerNames: ReadonlySet<string>): string[] {
  const kept: string[] = [];
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string;
    if (!lowerNames.has(name.toLowerCase())) kept.push(name, headers[index + 1] as string);
  }
  return kept;
}
