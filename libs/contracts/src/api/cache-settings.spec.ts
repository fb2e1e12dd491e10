import { cacheSettings } from './cache-settings';

test('cache settings have the defaults of AWS, and every query parameter in the key', () => {
  expect(cacheSettings.parse({})).toEqual({
    ttlSeconds: 300,
    key: {},
    forwardHeaders: [],
    methods: ['GET'],
    requireAuthorizationForInvalidation: false,
    unauthorizedInvalidation: 'SUCCEED_WITH_RESPONSE_HEADER',
    staleWhileRevalidateSeconds: 0,
    encrypted: false,
  });
});

test.each([
  [{ ttlSeconds: 3_601 }],
  [{ ttlSeconds: -1 }],
  [{ ttlSeconds: 1.5 }],
  [{ methods: [] }],
  [{ methods: ['TRACE'] }],
  [{ key: { headers: ['not a header'] } }],
  [{ key: { cookies: ['a'] } }],
  [{ unauthorizedInvalidation: 'IGNORE' }],
  [{ ttl: 60 }],
])('%j is refused', (settings) => {
  expect(cacheSettings.safeParse(settings).success).toBe(false);
});

test.each([
  'Authorization',
  'cookie',
  'Host',
  'x-api-key',
  'X-Forwarded-Host',
  'X-Original-URL',
  'X-HTTP-Method-Override',
])('the header %s reaches a cached function only as a part of the key', (header) => {
  expect(cacheSettings.safeParse({ forwardHeaders: [header] }).success).toBe(false);
  expect(cacheSettings.safeParse({ key: { headers: [header] } }).success).toBe(true);
});
