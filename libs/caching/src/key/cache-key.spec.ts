import { CacheKeyPlan, groupOf, hostnameOf, type CacheKeyOptions, type KeyedRequest } from './cache-key';

const options: CacheKeyOptions = {
  scope: { api: 'shop', stage: '$default', route: 'GET /{path+}' },
  deploymentId: 'd1',
  variant: '',
  query: undefined,
  headers: undefined,
};
const request: KeyedRequest = {
  method: 'GET',
  origin: 'http://shop.example/shop',
  path: '/a',
  rawQuery: '',
  rawHeaders: [],
  target: 'r1',
  identity: '',
  bodyHash: '',
};

const keyOf = (change: Partial<KeyedRequest> = {}, of: Partial<CacheKeyOptions> = {}): string =>
  new CacheKeyPlan({ ...options, ...of }).keyOf({ ...request, ...change });

test.each<[string, Partial<KeyedRequest>, Partial<CacheKeyOptions>]>([
  ['method', { method: 'POST' }, {}],
  ['origin', { origin: 'https://shop.example/shop' }, {}],
  ['path', { path: '/A' }, {}],
  ['trailing slash', { path: '/a/' }, {}],
  ['query', { rawQuery: 'a=1' }, {}],
  ['version of the function', { target: 'r2' }, {}],
  ['caller', { identity: 'alice' }, {}],
  ['body', { bodyHash: 'x' }, {}],
  ['deployment', {}, { deploymentId: 'd2' }],
  ['canary', {}, { variant: 'canary' }],
  ['stage', {}, { scope: { ...options.scope, stage: 'dev' } }],
  ['route', {}, { scope: { ...options.scope, route: 'GET /a' } }],
  ['API', {}, { scope: { ...options.scope, api: 'other' } }],
])('two requests that differ in their %s never share an answer', (_what, change, of) => {
  expect(keyOf(change, of)).not.toBe(keyOf());
});

test('a caller whose name looks like a part of a key is still another caller', () => {
  expect(keyOf({ identity: 'a', bodyHash: 'b' })).not.toBe(keyOf({ identity: 'a\nb' }));
  expect(keyOf({ identity: 'a\nx-tenant=1' })).not.toBe(
    keyOf({ identity: 'a', rawHeaders: ['X-Tenant', '1'] }, { headers: ['x-tenant'] }),
  );
});

describe('the query in a key', () => {
  const same = (one: string, other: string, query?: readonly string[]): boolean =>
    keyOf({ rawQuery: one }, { query }) === keyOf({ rawQuery: other }, { query });

  test('is sorted by name; values of one name keep their order', () => {
    expect(same('b=2&a=1', 'a=1&b=2')).toBe(true);
    expect(same('a=1&a=2', 'a=2&a=1')).toBe(false);
    expect(same('a=1&%61=2', '%61=2&a=1')).toBe(false);
    expect(same('a=1', 'a=1&a=1')).toBe(false);
    expect(same('a', 'a=')).toBe(false);
  });

  test('holds only the parameters that were chosen, and the integration sees no others', () => {
    expect(same('type=admin&department=A', 'type=admin&department=B', ['type'])).toBe(true);
    expect(same('type=admin', 'type=guest', ['type'])).toBe(false);
    expect(same('%74ype=admin', 'x=1', ['type'])).toBe(false);
    const plan = new CacheKeyPlan({ ...options, query: ['type', 'page'] });
    expect(plan.visibleQuery('x=1&type=b&page=2&type=a&department=A')).toBe('page=2&type=b&type=a');
    expect(new CacheKeyPlan({ ...options, query: [] }).visibleQuery('x=1')).toBe('');
  });
});

describe('headers in a key', () => {
  const headers = ['X-Tenant', 'Accept-Language'];

  test('are the chosen ones, whatever their casing and order among each other', () => {
    const one = keyOf({ rawHeaders: ['x-tenant', '1', 'accept-language', 'de', 'x-other', 'a'] }, { headers });
    const two = keyOf({ rawHeaders: ['X-Other', 'b', 'Accept-Language', 'de', 'X-Tenant', '1'] }, { headers });
    expect(one).toBe(two);
  });

  test('tell apart values, duplicates, empty and absent', () => {
    const variants = [[], ['x-tenant', ''], ['x-tenant', '1'], ['x-tenant', '1', 'x-tenant', '1'], ['x-tenant', '2']];
    expect(new Set(variants.map((rawHeaders) => keyOf({ rawHeaders }, { headers }))).size).toBe(variants.length);
  });

  test('are joined by those that answers vary by, up to a bound', () => {
    const plan = new CacheKeyPlan(options);
    const before = plan.keyOf({ ...request, rawHeaders: ['Origin', 'a'] });
    const without = plan.keyOf(request);
    const then = plan.keyedHeaders;
    const sent = ['Origin', 'a'];
    expect(plan.vary(['origin'], then, sent)).toBe(false);
    // An answer whose key was made before is not kept under it afterwards either, unless there was nothing to vary by.
    expect(plan.vary(['origin'], then, sent)).toBe(false);
    expect(plan.vary(['origin'], then, ['x-other', 'origin'])).toBe(true);
    expect(plan.vary(['origin'], plan.keyedHeaders, sent)).toBe(true);
    expect(plan.keyOf(request)).toBe(without);
    const keys = ['a', 'b'].map((value) => plan.keyOf({ ...request, rawHeaders: ['Origin', value] }));
    expect(new Set([before, ...keys]).size).toBe(3);
    plan.vary(
      Array.from({ length: 8 }, (_, index) => `x-${index}`),
      then,
      sent,
    );
    expect(plan.keyedHeaders).toEqual(['origin']);
    plan.vary(['x-0'], then, sent);
    expect(plan.keyedHeaders).toEqual(['origin', 'x-0']);
  });
});

test('all answers of a path of a stage are one group, whichever deployment and route they are of', () => {
  const names = [
    ['shop', '$default', '/a'],
    ['shop', '$default', '/b'],
    ['shop', 'dev', '/a'],
    ['other', '$default', '/a'],
  ] as const;
  expect(new Set(names.map(([api, stage, path]) => groupOf(api, stage, path))).size).toBe(names.length);
  expect(groupOf('shop', 'dev', '/a')).toBe(groupOf('shop', 'dev', '/a'));
});

test('a host is known by its name in lower case, without port', () => {
  expect(['Shop.Example:8080', 'shop.example', '[::1]:80', ''].map(hostnameOf)).toEqual([
    'shop.example',
    'shop.example',
    '[::1]',
    '',
  ]);
});
