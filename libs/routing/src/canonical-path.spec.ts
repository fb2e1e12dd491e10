import { canonicalPath } from './canonical-path';

test.each([
  ['/', '/', ''],
  ['/pets/dog', '/pets/dog', ''],
  ['/pets?', '/pets', ''],
  ['/pets?a=1&b=?/..', '/pets', 'a=1&b=?/..'],
  ['/pets?a=%2f%00\\', '/pets', 'a=%2f%00\\'],
  ['/pets/', '/pets/', ''],
  ['//pets///dog', '//pets///dog', ''],
  ['/%70ets/%7Ejo%2Dhn', '/pets/~jo-hn', ''],
  ['/a%20b%C3%A4%3A', '/a%20b%C3%A4%3A', ''],
  ['/a%20b%c3%a4%3a?c=%3a', '/a%20b%C3%A4%3A', 'c=%3a'],
  ['/a%252e%252e', '/a%252e%252e', ''],
  ['/.well-known/..a/a..', '/.well-known/..a/a..', ''],
  ["/!$&'()*+,;=:@-._~", "/!$&'()*+,;=:@-._~", ''],
])('%s has the path %s and the query %s', (target, path, rawQuery) => {
  expect(canonicalPath(target)).toEqual({ path, rawQuery });
});

test.each([
  ['an absolute-form target', 'http://host/pets'],
  ['an asterisk', '*'],
  ['an authority', 'host:80'],
  ['nothing', ''],
  ['a fragment', '/pets#a'],
  ['a fragment after the query', '/pets?a#b'],
  ['a backslash', '/pets\\..\\admin'],
  ['a space', '/pe ts'],
  ['a space in the query', '/pets?a b'],
  ['a line break', '/pets\r\nx: y'],
  ['a NUL', '/pets\0'],
  ['a delete', '/pets\x7f'],
  ['bytes that are not ASCII', '/p\xe4'],
  ['an escaped slash', '/a%2Fb'],
  ['an escaped slash in lower case', '/a%2fb'],
  ['an escaped backslash', '/a%5cb'],
  ['an escaped NUL', '/a%00'],
  ['a parent segment', '/a/../b'],
  ['a parent segment at the end', '/a/..'],
  ['a parent segment at the start', '/../a'],
  ['a dot segment', '/./a'],
  ['a dot segment at the end', '/a/.'],
  ['an escaped parent segment', '/a/%2e%2E/b'],
  ['a half escaped parent segment', '/a/.%2e'],
  ['an escaped dot segment', '/%2e/a'],
  ['a broken escape', '/100%'],
  ['an escape that is no number', '/%zz'],
  ['an escape that its neighbour would complete', '/%%32e%%32e/a'],
])('%s is refused', (_what, target) => {
  expect(() => canonicalPath(target)).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }) as Error);
});

test('the canonical form of a canonical path is itself', () => {
  const characters = ['/', '.', '%', '2', 'e', 'E', '5', 'f', 'a', '0', '~'];
  const next = pseudoRandom(7);
  let accepted = 0;
  for (let i = 0; i < 20_000; i++) {
    const target = `/${Array.from({ length: 8 }, () => characters[next(characters.length)]).join('')}`;
    const path = canonicalPathOrNull(target);
    if (path === null) continue;
    accepted++;
    expect(canonicalPathOrNull(path)).toBe(path);
  }
  expect(accepted).toBeGreaterThan(1_000);
});

function canonicalPathOrNull(target: string): string | null {
  try {
    return canonicalPath(target).path;
  } catch {
    return null;
  }
}

/** Whole numbers below a bound from a linear congruential generator: the same in every run. */
function pseudoRandom(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}
