import { SluiceError } from '@sluice/contracts';

/** The methods a route key may name; AWS's list. */
export const ROUTE_METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'] as const;
export const ROUTE_KEY_CHARS_MAX = 512;

export type RouteSegment =
  | { readonly kind: 'static'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'greedy'; readonly name: string };

export type RouteKey =
  | { readonly kind: 'default' }
  /** `method` is one of `ROUTE_METHODS` or `ANY`. The root path is one empty static segment, as is a trailing slash. */
  | { readonly kind: 'path'; readonly method: string; readonly segments: readonly RouteSegment[] };

/**
 * Reads `GET /pets/{id}`, `ANY /files/{path+}` or `$default`: the route keys of AWS HTTP APIs
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html).
 *
 * @throws SluiceError VALIDATION_FAILED naming the route and what is wrong with it
 */
export function parseRouteKey(text: string): RouteKey {
  if (text === '$default') return { kind: 'default' };
  if (text.length > ROUTE_KEY_CHARS_MAX) throw badRoute(text, `is longer than ${ROUTE_KEY_CHARS_MAX} characters`);
  const space = text.indexOf(' ');
  if (space < 0) throw badRoute(text, 'must be a method, a space and a path, such as "GET /pets/{id}", or "$default"');
  const method = text.slice(0, space);
  const path = text.slice(space + 1);
  if (method !== 'ANY' && !ROUTE_METHODS.some((known) => known === method)) {
    throw badRoute(text, `has the method "${method}"; it must be ANY, ${ROUTE_METHODS.join(', ')}`);
  }
  if (!path.startsWith('/')) throw badRoute(text, 'has a path that does not start with "/"');
  return { kind: 'path', method, segments: parseSegments(text, path.slice(1).split('/')) };
}

/** Routes of the same shape match the same requests: variables differ in nothing but their names. */
export function routeShape(key: RouteKey): string {
  if (key.kind === 'default') return '$default';
  const shapes = key.segments.map((segment) =>
    segment.kind === 'static' ? segment.text : segment.kind === 'variable' ? '{}' : '{+}',
  );
  return `${key.method} /${shapes.join('/')}`;
}

function parseSegments(route: string, texts: readonly string[]): RouteSegment[] {
  const names = new Set<string>();
  return texts.map((text, i) => {
    const last = i === texts.length - 1;
    if (text === '' && !last) throw badRoute(route, 'has an empty segment ("//")');
    if (!/[{}]/.test(text)) return { kind: 'static', text: staticText(route, text) };
    const name = /^\{([^{}+]*)\+?\}$/.exec(text)?.[1];
    if (name === undefined) {
      throw badRoute(route, `has the segment "${text}"; a variable is a whole segment, "{name}" or "{name+}"`);
    }
    if (!/^[A-Za-z0-9._-]{1,64}$/.test(name) || name === '__proto__') {
      throw badRoute(route, `has the variable name "${name}"; it must be 1 to 64 letters, digits, ".", "_" or "-"`);
    }
    if (names.has(name)) throw badRoute(route, `uses the variable name "${name}" twice`);
    names.add(name);
    if (!text.endsWith('+}')) return { kind: 'variable', name };
    if (!last) throw badRoute(route, `has "${text}" before its end; only the last segment can be greedy`);
    return { kind: 'greedy', name };
  });
}

/** Only text that a canonical request path can hold, else the route could never match. */
function staticText(route: string, text: string): string {
  if (!/^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})*$/.test(text)) {
    throw badRoute(route, `has the segment "${text}" with a character that a URL path cannot hold`);
  }
  if (text === '.' || text === '..' || /%(?:2f|5c|00)/i.test(text) || unreservedEscape(text)) {
    throw badRoute(route, `has the segment "${text}", which no request path can hold after it is normalized`);
  }
  // As the canonical path has them.
  return text.replaceAll(/%[0-9a-f]{2}/gi, (escape) => escape.toUpperCase());
}

function unreservedEscape(text: string): boolean {
  const escapes = text.match(/%[0-9A-Fa-f]{2}/g) ?? [];
  return escapes.some((escape) => /[A-Za-z0-9\-._~]/.test(String.fromCharCode(Number.parseInt(escape.slice(1), 16))));
}

function badRoute(route: string, problem: string): SluiceError {
  const name = route.length > 100 ? `${route.slice(0, 100)}…` : route;
  return new SluiceError('VALIDATION_FAILED', `The route "${name}" ${problem}.`);
}
