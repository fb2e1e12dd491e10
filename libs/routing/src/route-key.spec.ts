import { parseRouteKey, routeShape } from './route-key';

test('a route key is a method and the segments of a path', () => {
  expect(parseRouteKey('GET /pets/{petId}/files/{path+}')).toEqual({
    kind: 'path',
    method: 'GET',
    segments: [
      { kind: 'static', text: 'pets' },
      { kind: 'variable', name: 'petId' },
      { kind: 'static', text: 'files' },
      { kind: 'greedy', name: 'path' },
    ],
  });
});

test('the root path, a trailing slash and the default route are understood', () => {
  expect(parseRouteKey('ANY /')).toEqual({ kind: 'path', method: 'ANY', segments: [{ kind: 'static', text: '' }] });
  expect(parseRouteKey('GET /pets/')).toMatchObject({ segments: [{ text: 'pets' }, { text: '' }] });
  expect(parseRouteKey('$default')).toEqual({ kind: 'default' });
});

test.each([
  ['/pets', 'The route "/pets" must be a method, a space and a path, such as "GET /pets/{id}", or "$default".'],
  [
    'get /pets',
    'The route "get /pets" has the method "get"; it must be ANY, DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT.',
  ],
  ['TRACE /pets', 'The route "TRACE /pets" has the method "TRACE"; it must be'],
  ['GET pets', 'The route "GET pets" has a path that does not start with "/".'],
  ['GET  /pets', 'The route "GET  /pets" has a path that does not start with "/".'],
  ['GET /a//b', 'The route "GET /a//b" has an empty segment ("//").'],
  ['GET /{id}/x/{id}', 'The route "GET /{id}/x/{id}" uses the variable name "id" twice.'],
  ['GET /{id}/{id+}', 'The route "GET /{id}/{id+}" uses the variable name "id" twice.'],
  ['GET /{p+}/x', 'The route "GET /{p+}/x" has "{p+}" before its end; only the last segment can be greedy.'],
  ['GET /{p+}/', 'The route "GET /{p+}/" has "{p+}" before its end; only the last segment can be greedy.'],
  ['GET /{}', 'The route "GET /{}" has the variable name ""; it must be 1 to 64 letters, digits, ".", "_" or "-".'],
  ['GET /{a b}', 'The route "GET /{a b}" has the variable name "a b"; it must be'],
  ['GET /{__proto__}', 'The route "GET /{__proto__}" has the variable name "__proto__"; it must be'],
  [
    'GET /x{id}',
    'The route "GET /x{id}" has the segment "x{id}"; a variable is a whole segment, "{name}" or "{name+}".',
  ],
  ['GET /{id', 'The route "GET /{id" has the segment "{id"; a variable is a whole segment'],
  ['GET /a b', 'The route "GET /a b" has the segment "a b" with a character that a URL path cannot hold.'],
  ['GET /a?b', 'The route "GET /a?b" has the segment "a?b" with a character that a URL path cannot hold.'],
  ['GET /ä', 'The route "GET /ä" has the segment "ä" with a character that a URL path cannot hold.'],
  ['GET /%7ea', 'The route "GET /%7ea" has the segment "%7ea", which no request path can hold after it is normalized.'],
  ['GET /../a', 'The route "GET /../a" has the segment "..", which no request path can hold after it is normalized.'],
  [
    'GET /a%2Fb',
    'The route "GET /a%2Fb" has the segment "a%2Fb", which no request path can hold after it is normalized.',
  ],
  ['', 'The route "" must be a method, a space and a path'],
  [`GET /${'a'.repeat(508)}`, 'is longer than 512 characters.'],
])('%j is refused, and the message says why', (text, message) => {
  expect(() => parseRouteKey(text)).toThrow(message);
  expect(() => parseRouteKey(text)).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }) as Error);
});

test('routes that differ only in the names of their variables have one shape', () => {
  expect(routeShape(parseRouteKey('GET /a/{x}/{y+}'))).toBe(routeShape(parseRouteKey('GET /a/{z}/{x+}')));
  expect(routeShape(parseRouteKey('GET /a/{x}'))).not.toBe(routeShape(parseRouteKey('GET /a/{x+}')));
  expect(routeShape(parseRouteKey('GET /a'))).not.toBe(routeShape(parseRouteKey('ANY /a')));
});
