import { storabilityOf, tagsOf, type Storability } from './storability';

const NOW = Date.UTC(2026, 0, 1, 12);
const date = (offsetSeconds: number): string => new Date(NOW + offsetSeconds * 1_000).toUTCString();

function ask(headers: readonly string[], question: { status?: number; needsConsent?: boolean } = {}): Storability {
  return storabilityOf({
    status: 200,
    headers,
    ttlMs: 300_000,
    staleWhileRevalidateMs: 60_000,
    needsConsent: false,
    nowEpochMs: NOW,
    ...question,
  });
}

function secondsOf(headers: readonly string[], status = 200): number {
  const storability = ask(headers, { status });
  return storability.stored ? storability.freshMs / 1_000 : 0;
}

describe('how long an answer is kept', () => {
  test.each<[string, readonly string[], number]>([
    ['says nothing: as long as the route says', [], 300],
    ['max-age below the route', ['cache-control', 'max-age=10'], 10],
    ['max-age above the route', ['cache-control', 'max-age=9999'], 300],
    ['s-maxage before max-age, whatever the order', ['cache-control', 'max-age=100, s-maxage=7'], 7],
    ['several lines of Cache-Control', ['Cache-Control', 'max-age=100', 'CACHE-CONTROL', 's-maxage=7'], 7],
    ['the shorter one of two max-age', ['cache-control', 'max-age=9, max-age=5'], 5],
    ['a quoted number', ['cache-control', 'max-age="12"'], 12],
    ['max-age within a quoted string is none', ['cache-control', 'ext="a, max-age=1", max-age=20'], 20],
    ['Expires against Date', ['expires', date(50), 'date', date(-10)], 60],
    ['Expires without Date', ['expires', date(50)], 50],
    ['max-age before Expires', ['expires', date(-50), 'cache-control', 'max-age=9'], 9],
    ['less what it is old already', ['cache-control', 'max-age=20', 'age', '8'], 12],
  ])('%s', (_what, headers, seconds) => {
    expect(secondsOf(headers)).toBe(seconds);
  });

  test.each<[string, readonly string[]]>([
    ['max-age=0', ['cache-control', 'max-age=0']],
    ['a negative max-age', ['cache-control', 'max-age=-5']],
    ['a max-age that is no number', ['cache-control', "max-age='300'"]],
    ['an Expires in the past', ['expires', date(-1)]],
    ['an Expires that is no date', ['expires', '0']],
    ['an Age over max-age', ['cache-control', 'max-age=5', 'age', '5']],
    ['an Age that is no number', ['cache-control', 'max-age=5', 'age', '1.5']],
    ['two Ages', ['cache-control', 'max-age=5', 'age', '0', 'age', '0']],
  ])('not at all with %s', (_what, headers) => {
    expect(ask(headers)).toEqual({ stored: false, reason: 'expired' });
  });

  test('its stale time is the shorter one of its own and the route’s, and none where stale answers are forbidden', () => {
    const staleSeconds = (control: string): number => {
      const storability = ask(['cache-control', control]);
      return storability.stored ? storability.staleMs / 1_000 : -1;
    };
    expect(staleSeconds('max-age=10')).toBe(60);
    expect(staleSeconds('max-age=10, stale-while-revalidate=5')).toBe(5);
    expect(staleSeconds('max-age=10, stale-while-revalidate=500')).toBe(60);
    for (const forbids of ['must-revalidate', 'proxy-revalidate', 's-maxage=10'])
      expect(staleSeconds(`max-age=10, ${forbids}`)).toBe(0);
  });
});

describe('what is never kept', () => {
  test.each<[string, readonly string[], string]>([
    ['a cookie', ['Set-Cookie', 'a=b', 'cache-control', 'public, max-age=60'], 'set-cookie'],
    ['no-store', ['cache-control', 'nO-StOrE, max-age=60'], 'no-store'],
    ['private', ['cache-control', 'max-age=60, private'], 'private'],
    ['private for one field', ['cache-control', 'private="x-user", max-age=60'], 'private'],
    ['no-cache', ['cache-control', 'no-cache'], 'no-cache'],
    ['Vary: *', ['vary', 'accept, *'], 'vary'],
    ['events', ['content-type', 'text/event-stream;charset=utf-8'], 'event-stream'],
  ])('an answer with %s', (_what, headers, reason) => {
    expect(ask(headers)).toEqual({ stored: false, reason });
  });

  test.each([206, 304, 400, 401, 404, 410, 429, 500, 502, 503])('status %i, whatever it says', (status) => {
    expect(ask(['cache-control', 'public, max-age=600'], { status })).toEqual({ stored: false, reason: 'status' });
  });

  test.each([201, 202, 301, 302, 307, 308])('status %i, unless it says for how long', (status) => {
    expect(ask([], { status })).toEqual({ stored: false, reason: 'status' });
    expect(secondsOf(['cache-control', 'max-age=5'], status)).toBe(5);
  });

  test('an answer to credentials nobody checked, unless it consents', () => {
    expect(ask(['cache-control', 'max-age=60'], { needsConsent: true })).toEqual({
      stored: false,
      reason: 'authorization',
    });
    for (const consent of ['public', 's-maxage=60', 'must-revalidate'])
      expect(ask(['cache-control', `max-age=60, ${consent}`], { needsConsent: true })).toMatchObject({ stored: true });
  });
});

test('tags are separated by commas or spaces, each counts once, absurd ones are left out', () => {
  expect(tagsOf('news, sports  news')).toEqual(['news', 'sports']);
  expect(tagsOf(`a ${'x'.repeat(129)}`)).toEqual(['a']);
  expect(tagsOf(Array.from({ length: 50 }, (_, index) => `t${index}`).join(' '))).toHaveLength(32);
});
