import { DomainTable } from './domain-table';

function tableOf(domains: Readonly<Record<string, readonly string[]>>): DomainTable {
  const table = new DomainTable();
  for (const [name, basePaths] of Object.entries(domains)) {
    table.set({
      name,
      mappings: basePaths.map((basePath) => ({ basePath, api: basePath || 'rest', stage: '$default' })),
    });
  }
  return table;
}

const table = tableOf({
  'shop.example.com': ['', 'orders', 'orders/v2', 'a'],
  'closed.example.com': ['orders'],
  '*.example.com': ['wild'],
});
const match = (host: string, path: string): string | null | undefined => {
  const found = table.match(host, path);
  return found ? `${found.mapping.api}|${path.slice(found.mountChars)}` : found;
};

describe('a request to a custom domain', () => {
  test.each([
    ['/orders/v2/7', 'orders/v2|/7'],
    ['/orders/v2', 'orders/v2|'],
    ['/orders/v2/', 'orders/v2|/'],
    ['/orders/v3/7', 'orders|/v3/7'],
    ['/orders/v22', 'orders|/v22'],
    ['/ordersX', 'rest|/ordersX'],
    ['/', 'rest|/'],
    ['/a/orders', 'a|/orders'],
    ['//orders', 'rest|//orders'],
  ])('%s goes to the longest base path it begins with, whole segments only', (path, expected) => {
    expect(match('shop.example.com', path)).toBe(expected);
  });

  test.each(['shop.example.com:8443', 'SHOP.Example.COM', 'shop.example.com.', 'shop.example.com.:80'])(
    'is known by its name whatever its case, port or closing dot: %s',
    (host) => {
      expect(match(host, '/a/x')).toBe('a|/x');
    },
  );

  test('is answered by nothing else when none of its base paths takes the path', () => {
    expect(match('closed.example.com', '/shop')).toBeNull();
    expect(match('closed.example.com', '/')).toBeNull();
  });
});

describe('a wildcard domain', () => {
  test('takes names of exactly one more label, and gives way to a name that is written out', () => {
    expect(match('eu.example.com', '/wild/x')).toBe('wild|/x');
    expect(match('shop.example.com', '/wild/x')).toBe('rest|/wild/x');
    expect(match('a.b.example.com', '/wild/x')).toBeUndefined();
    expect(match('example.com', '/wild/x')).toBeUndefined();
  });
});

test('a base path of 300 characters is found, and a path of thousands of slashes is no problem', () => {
  const longest = 'x'.repeat(300);
  const long = tableOf({ 'long.example.com': [longest] });
  expect(long.match('long.example.com', `/${longest}/${'y/'.repeat(4_000)}`)).toMatchObject({ mountChars: 301 });
  expect(long.match('long.example.com', '/'.repeat(10_000))).toBeNull();
});

test('other hosts are no business of custom domains', () => {
  for (const host of ['127.0.0.1:8080', 'localhost', '[::1]:8080', '', '*.example.org']) {
    expect(match(host, '/orders')).toBeUndefined();
  }
  expect(new DomainTable().match('shop.example.com', '/')).toBeUndefined();
});

test('a deleted domain is known no more', () => {
  const one = tableOf({ 'x.example.com': [''] });
  one.delete('x.example.com');
  expect(one.has('x.example.com')).toBe(false);
});
