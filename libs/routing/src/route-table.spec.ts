import { type ApiStyle, SluiceError } from '@sluice/contracts';
import { parseRouteKey, type RouteSegment } from './route-key';
import { compileRoutes } from './route-table';

/** The route key and path parameters that a request gets, or why it gets none. */
function matched(routes: readonly string[], request: string, style: ApiStyle = 'http'): unknown {
  const [method = '', path = ''] = request.split(' ');
  const match = table(routes, style).match(method, path);
  return match.matched ? [match.route.route, match.pathParameters] : match.reason;
}

function table(routes: readonly string[], style: ApiStyle) {
  return compileRoutes(
    routes.map((route) => ({ route })),
    { style },
  );
}

describe('the example of the AWS documentation (http-api-develop-routes)', () => {
  const routes = ['GET /pets/dog/1', 'GET /pets/dog/{id}', 'GET /pets/{proxy+}', 'ANY /{proxy+}', '$default'];

  test.each([
    ['GET /pets/dog/1', ['GET /pets/dog/1', {}]],
    ['GET /pets/dog/2', ['GET /pets/dog/{id}', { id: '2' }]],
    ['GET /pets/cat/1', ['GET /pets/{proxy+}', { proxy: 'cat/1' }]],
    ['POST /test/5', ['ANY /{proxy+}', { proxy: 'test/5' }]],
    ['POST /pets/dog/1', ['ANY /{proxy+}', { proxy: 'pets/dog/1' }]],
    ['GET /', ['$default', {}]],
  ])('%s', (request, expected) => {
    for (const order of [routes, routes.toReversed()]) expect(matched(order, request)).toEqual(expected);
  });
});

test.each<[string, string[], string, unknown]>([
  ['a static path', ['GET /a/b'], 'GET /a/b', ['GET /a/b', {}]],
  ['the root', ['GET /'], 'GET /', ['GET /', {}]],
  ['a path that nobody has', ['GET /a'], 'GET /b', 'path-unknown'],
  ['a longer path', ['GET /a'], 'GET /a/b', 'path-unknown'],
  ['a shorter path', ['GET /a/b'], 'GET /a', 'path-unknown'],
  ['a path with another method', ['GET /a', 'GET /{x}'], 'PUT /a', 'method-unknown'],
  ['another letter case', ['GET /a'], 'GET /A', 'path-unknown'],
  ['an escape in small letters', ['GET /caf%c3%a9'], 'GET /caf%C3%A9', ['GET /caf%c3%a9', {}]],
  ['HEAD where only GET is routed', ['GET /a'], 'HEAD /a', 'method-unknown'],
  ['static before variable', ['GET /{x}/b', 'GET /a/{y}'], 'GET /a/b', ['GET /a/{y}', { y: 'b' }]],
  [
    'back from a static text that leads nowhere',
    ['GET /a/b/c', 'GET /{x}/b/d'],
    'GET /a/b/d',
    ['GET /{x}/b/d', { x: 'a' }],
  ],
  [
    'a variable bound again after going back',
    ['GET /{a}/x/1', 'GET /{b}/{c}/2'],
    'GET /p/x/2',
    ['GET /{b}/{c}/2', { b: 'p', c: 'x' }],
  ],
  ['full before greedy, wherever it branches', ['GET /a/{p+}', 'GET /{x}/b'], 'GET /a/b', ['GET /{x}/b', { x: 'a' }]],
  [
    'the deeper greedy route',
    ['GET /{p+}', 'GET /a/{p+}', 'GET /{x}/b/{p+}'],
    'GET /a/b/c',
    ['GET /a/{p+}', { p: 'b/c' }],
  ],
  [
    'greedy after going back',
    ['GET /a/b/c/{p+}', 'GET /{x}/{p+}'],
    'GET /a/b/d',
    ['GET /{x}/{p+}', { x: 'a', p: 'b/d' }],
  ],
  ['the method before ANY', ['ANY /a', 'GET /a'], 'GET /a', ['GET /a', {}]],
  ['ANY for the others', ['GET /a', 'ANY /a'], 'PUT /a', ['ANY /a', {}]],
  ['the path before the method', ['GET /{x}', 'ANY /a'], 'GET /a', ['ANY /a', {}]],
  ['the next path that has the method', ['GET /a', 'PUT /{x}'], 'PUT /a', ['PUT /{x}', { x: 'a' }]],
  ['the greedy path that has the method', ['GET /a', 'PUT /{x}', 'POST /{p+}'], 'POST /a', ['POST /{p+}', { p: 'a' }]],
  ['the default where the method is missing', ['GET /a', '$default'], 'PUT /a', ['$default', {}]],
  ['no empty value for a variable', ['GET /a/{x}'], 'GET /a/', 'path-unknown'],
  ['no empty value for a greedy variable', ['GET /a/{p+}'], 'GET /a/', 'path-unknown'],
  ['no empty segment in full matches', ['GET /a/b', 'GET /a/{x}/b'], 'GET /a//b', 'path-unknown'],
  ['empty segments in a greedy value', ['GET /a/{p+}'], 'GET /a//b/', ['GET /a/{p+}', { p: '/b/' }]],
  ['names by method', ['GET /{a}', 'PUT /{b}'], 'PUT /1', ['PUT /{b}', { b: '1' }]],
  ['a value that is escaped', ['GET /{x}'], 'GET /a%20b%C3%A4%2525', ['GET /{x}', { x: 'a bä%25' }]],
  ['a value that is not UTF-8', ['GET /{x}'], 'GET /a%E4%20', ['GET /{x}', { x: 'a%E4%20' }]],
  [
    'a variable named like a property of all objects',
    ['GET /{constructor}'],
    'GET /1',
    ['GET /{constructor}', { constructor: '1' }],
  ],
  ['a path named like a property of all objects', ['GET /a'], 'GET /constructor', 'path-unknown'],
])('%s', (_what, routes, request, expected) => {
  for (const style of ['http', 'rest'] as const) {
    if (style === 'rest' && request.endsWith('/')) continue;
    for (const order of [routes, routes.toReversed()]) expect(matched(order, request, style)).toEqual(expected);
  }
});

test('style http tells a trailing slash from none', () => {
  expect(matched(['GET /pets'], 'GET /pets/')).toBe('path-unknown');
  expect(matched(['GET /pets', 'POST /pets/'], 'POST /pets/')).toEqual(['POST /pets/', {}]);
  expect(matched(['GET /pets/'], 'GET /pets')).toBe('path-unknown');
});

test('style rest ignores a trailing slash, in routes and requests', () => {
  expect(matched(['GET /pets'], 'GET /pets/', 'rest')).toEqual(['GET /pets', {}]);
  expect(matched(['GET /pets/'], 'GET /pets', 'rest')).toEqual(['GET /pets/', {}]);
  expect(matched(['GET /{p+}'], 'GET /a/b/', 'rest')).toEqual(['GET /{p+}', { p: 'a/b' }]);
  expect(matched(['GET /'], 'GET /', 'rest')).toEqual(['GET /', {}]);
});

test("ANY is AWS's seven methods in style rest, and every method in style http", () => {
  expect(matched(['ANY /a'], 'PROPFIND /a', 'rest')).toBe('method-unknown');
  expect(matched(['ANY /a'], 'PROPFIND /a', 'http')).toEqual(['ANY /a', {}]);
});

test('all bad routes are reported at once, each with its place', () => {
  const error = thrown(() => table(['GET /a', 'FETCH /a', 'GET /{x}', 'GET /{y}', 'GET b'], 'http'));
  expect(error).toMatchObject({
    code: 'VALIDATION_FAILED',
    details: [
      { path: 'routes[1].route', message: expect.stringContaining('"FETCH /a"') as string },
      { path: 'routes[3].route', message: 'The route "GET /{y}" matches the same requests as "GET /{x}".' },
      { path: 'routes[4].route', message: expect.stringContaining('"GET b"') as string },
    ],
  });
});

test('routes that only a trailing slash tells apart are duplicates in style rest', () => {
  expect(thrown(() => table(['GET /a', 'GET /a/'], 'rest')).message).toBe(
    'The route "GET /a/" matches the same requests as "GET /a".',
  );
});

test('two default routes are duplicates, and no routes at all are none', () => {
  expect(thrown(() => table(['$default', '$default'], 'http')).message).toContain('matches the same requests');
  expect(matched([], 'GET /')).toBe('path-unknown');
});

describe('against a matcher that tries every route', () => {
  const texts = ['a', 'b', 'c', '{x}', '{y}'];
  const methods = ['GET', 'PUT', 'ANY'];

  test.each<ApiStyle>(['http', 'rest'])(
    'the same route is found in thousands of generated tables, style %s',
    (style) => {
      const next = pseudoRandom(style === 'http' ? 11 : 13);
      const pick = (from: readonly string[]): string => from[next(from.length)] ?? '';
      let hits = 0;
      for (let i = 0; i < 1_500; i++) {
        const generated = Array.from({ length: 1 + next(12) }, () => {
          const path = Array.from({ length: next(4) }, (_, depth) =>
            pick(texts).replace(/[xy]/, (name) => `${name}${depth}`),
          );
          if (next(4) === 0) path.push('{p+}');
          return `${pick(methods)} /${path.join('/')}`;
        });
        if (next(5) === 0) generated.push('$default');
        const routes = withoutDuplicates(generated);
        const compiled = table(routes, style);
        for (let j = 0; j < 20; j++) {
          const path = `/${Array.from({ length: next(5) }, () => pick(['a', 'b', 'c', 'd', ''])).join('/')}`;
          const method = pick(['GET', 'PUT', 'POST']);
          const match = compiled.match(method, path);
          const expected = bestRoute(routes, method, path, style);
          if (expected !== null) hits++;
          expect([routes, method, path, match.matched ? match.route.route : null]).toEqual([
            routes,
            method,
            path,
            expected,
          ]);
        }
      }
      expect(hits).toBeGreaterThan(5_000);
    },
  );

  function bestRoute(routes: readonly string[], method: string, path: string, style: ApiStyle): string | null {
    const segments = (style === 'rest' && path.length > 1 ? path.replace(/\/$/, '') : path).slice(1).split('/');
    const candidates = routes.filter((route) => {
      const key = parseRouteKey(route);
      return (
        key.kind === 'default' || ((key.method === 'ANY' || key.method === method) && covers(key.segments, segments))
      );
    });
    return candidates.sort((a, b) => (rank(a) < rank(b) ? -1 : 1))[0] ?? null;
  }

  function covers(pattern: readonly RouteSegment[], segments: readonly string[]): boolean {
    const greedy = pattern.at(-1)?.kind === 'greedy';
    const fixed = greedy ? pattern.slice(0, -1) : pattern;
    if (greedy ? segments.slice(fixed.length).join('/') === '' : segments.length !== fixed.length) return false;
    return fixed.every((part, i) => (part.kind === 'static' ? part.text === segments[i] : (segments[i] ?? '') !== ''));
  }

  /** Sorts as the precedence does: kind of match, then segment by segment, then the method. */
  function rank(route: string): string {
    const key = parseRouteKey(route);
    if (key.kind === 'default') return '3';
    const kinds = key.segments.map(({ kind }) => (kind === 'static' ? '1' : kind === 'variable' ? '2' : '3'));
    return `${kinds.includes('3') ? '2' : '1'}${kinds.join('')}${key.method === 'ANY' ? '2' : '1'}`;
  }

  function withoutDuplicates(routes: readonly string[]): string[] {
    const shapes = new Map(routes.map((route) => [route.replaceAll(/\{[xy]\d\}/g, '{}'), route]));
    return [...shapes.values()];
  }
});

function thrown(action: () => unknown): SluiceError {
  try {
    action();
  } catch (error) {
    if (error instanceof SluiceError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Whole numbers below a bound from a linear congruential generator: the same in every run. */
function pseudoRandom(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}
