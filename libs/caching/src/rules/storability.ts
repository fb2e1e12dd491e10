import { LIMITS } from '@sluice/contracts';
import { deltaSeconds, listMembers, parseCacheControl, type CacheControl } from './cache-control';

/** What is asked about an answer before it is kept. */
export interface StorabilityQuestion {
  readonly status: number;
  /** Name, value, … as the integration answered. */
  readonly headers: readonly string[];
  /** As long as the route keeps answers that say nothing themselves. */
  readonly ttlMs: number;
  readonly staleWhileRevalidateMs: number;
  /** The request carried credentials the platform did not check; RFC 9111 §3.5 then wants the answer's consent. */
  readonly needsConsent: boolean;
  readonly nowEpochMs: number;
}

/** How long an answer is kept, or the one word that says why it is not. */
export type Storability =
  | {
      readonly stored: true;
      readonly ageMs: number;
      readonly freshMs: number;
      /** After `freshMs`, while a new answer is fetched. */
      readonly staleMs: number;
      readonly etag: string;
      readonly lastModified: string;
      /** Lower-case names of the request headers that chose this answer. */
      readonly vary: readonly string[];
      readonly tags: readonly string[];
    }
  | { readonly stored: false; readonly reason: NotStored };

export type NotStored =
  | 'status'
  | 'set-cookie'
  | 'private'
  | 'no-store'
  | 'no-cache'
  | 'vary'
  | 'authorization'
  | 'expired'
  | 'too-large'
  | 'event-stream';

/** Kept for the route's own time when they do not say for how long (RFC 9110 §15.1 names them heuristically cacheable). */
const KEPT_BY_DEFAULT = new Set([200, 203, 204]);
/** The headers a decision needs; others are carried along. */
const READ = new Set([
  'cache-control',
  'set-cookie',
  'set-cookie2',
  'vary',
  'age',
  'expires',
  'date',
  'etag',
  'last-modified',
  'cache-tag',
  'content-type',
]);

/**
 * RFC 9111 §3, for a shared cache, and stricter where an error or a secret could outlive its request: no answer of 400 or more, none with a cookie,
 * none that would have to be validated before each use. An answer's own freshness shortens the route's time and never lengthens it.
 */
export function storabilityOf(question: StorabilityQuestion): Storability {
  const { status, ttlMs, staleWhileRevalidateMs } = question;
  const said = readHead(question.headers);
  const control = parseCacheControl(said.get('cache-control') ?? '');
  const reason = forbidden(question, said, control);
  if (reason !== null) return { stored: false, reason };
  const explicitMs = explicitLifetimeMs(control, said, question.nowEpochMs);
  if (explicitMs === null && !KEPT_BY_DEFAULT.has(status)) return { stored: false, reason: 'status' };
  const ageMs = ageOf(said);
  const freshMs = ageMs === null ? 0 : Math.min(ttlMs, (explicitMs ?? Infinity) - ageMs);
  if (ageMs === null || freshMs <= 0) return { stored: false, reason: 'expired' };
  return {
    stored: true,
    ageMs,
    freshMs,
    staleMs: staleMsOf(control, staleWhileRevalidateMs),
    etag: said.get('etag') ?? '',
    lastModified: said.get('last-modified') ?? '',
    vary: listMembers(said.get('vary') ?? '').map((name) => name.toLowerCase()),
    tags: tagsOf(said.get('cache-tag') ?? ''),
  };
}

/** Tags as a function lists them: separated by commas or spaces; what is over the limits is left out. */
export function tagsOf(text: string): string[] {
  if (text === '') return [];
  const tags = text.split(/[\s,]+/).filter((tag) => tag !== '' && tag.length <= LIMITS.cacheTagCharsMax);
  return [...new Set(tags)].slice(0, LIMITS.cacheTagsPerEntryMax);
}

function forbidden(
  { status, needsConsent }: StorabilityQuestion,
  said: ReadonlyMap<string, string>,
  control: CacheControl,
): NotStored | null {
  // 206 is a part of something; what a part says about the whole is not worth the risk.
  if (status < 200 || status === 206 || status === 304 || status >= 400) return 'status';
  if (said.has('set-cookie') || said.has('set-cookie2')) return 'set-cookie';
  if (control.has('no-store')) return 'no-store';
  if (control.has('private')) return 'private';
  if (control.has('no-cache')) return 'no-cache';
  if (listMembers(said.get('vary') ?? '').includes('*')) return 'vary';
  if (needsConsent && !(control.has('public') || control.has('s-maxage') || control.has('must-revalidate')))
    return 'authorization';
  if (said.get('content-type')?.toLowerCase().startsWith('text/event-stream') === true) return 'event-stream';
  return null;
}

/** RFC 9111 §4.2.1: s-maxage, else max-age, else Expires; null when the answer says nothing. */
function explicitLifetimeMs(
  control: CacheControl,
  said: ReadonlyMap<string, string>,
  nowEpochMs: number,
): number | null {
  const seconds = control.get('s-maxage') ?? control.get('max-age');
  if (seconds !== undefined) return deltaSeconds(seconds) * 1_000;
  const expires = said.get('expires');
  if (expires === undefined) return null;
  const expiresMs = Date.parse(expires);
  if (Number.isNaN(expiresMs) || !/[A-Za-z]{3}/.test(expires)) return 0;
  const dateMs = Date.parse(said.get('date') ?? '');
  return expiresMs - (Number.isNaN(dateMs) ? nowEpochMs : dateMs);
}

/** The age an answer came with; null when it is anything but one number, for then it could be any (RFC 9111 §5.1 would take the first of several). */
function ageOf(said: ReadonlyMap<string, string>): number | null {
  const age = said.get('age');
  if (age === undefined) return 0;
  return /^\d+$/.test(age) ? deltaSeconds(age) * 1_000 : null;
}

/** RFC 9111 §4.2.4 and §5.2.2: directives that forbid stale answers. An answer's own `stale-while-revalidate` shortens the route's. */
function staleMsOf(control: CacheControl, allowedMs: number): number {
  if (control.has('must-revalidate') || control.has('proxy-revalidate') || control.has('s-maxage')) return 0;
  const own = control.get('stale-while-revalidate');
  return own === undefined ? allowedMs : Math.min(allowedMs, deltaSeconds(own) * 1_000);
}

/** The headers a decision needs, by lower-case name; several lines of one name are joined with commas. */
function readHead(headers: readonly string[]): Map<string, string> {
  const said = new Map<string, string>();
  for (let index = 0; index < headers.length; index += 2) {
    const name = (headers[index] as string).toLowerCase();
    if (!READ.has(name)) continue;
    const present = said.get(name);
    const value = (headers[index + 1] as string).trim();
    said.set(name, present === undefined ? value : `${present}, ${value}`);
  }
  return said;
}
