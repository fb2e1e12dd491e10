import { type ApiStyle, type ErrorDetail, SluiceError } from '@sluice/contracts';
import { parseRouteKey, type RouteKey, ROUTE_METHODS, routeShape } from './route-key';
import { type Leaf, type PathEntry, SegmentTrie } from './segment-trie';

export type RouteMatch<R> =
  | { readonly matched: true; readonly route: R; readonly pathParameters: Readonly<Record<string, string>> }
  /** `method-unknown`: some route has the path, but none of those has the method. */
  | { readonly matched: false; readonly reason: 'path-unknown' | 'method-unknown' };

/**
 * A compiled set of routes. The candidates of a request, best first (AWS HTTP API, `http-api-develop-routes`):
 *
 * 1. full matches: segment by segment a static text beats a variable, and a way that leads nowhere is gone back on;
 * 2. greedy matches, in the same order: the one with more segments before `{name+}` first;
 * 3. `$default`.
 *
 * The first candidate that has the method, or `ANY`, is taken; on one path the method beats `ANY`. So a better path that
 * lacks the method does not hide a worse one that has it, in both styles.
 *
 * A variable, greedy or not, takes at least one character. HEAD is never answered by a GET route. Style `rest` ignores one
 * trailing slash, in routes and in requests, and its `ANY` means AWS's seven methods; style `http` tells `/pets` from
 * `/pets/`, and its `ANY` means any method.
 */
export class RouteTable<R extends { readonly route: string }> {
  readonly #trie: SegmentTrie<R>;
  readonly #default: RouteMatch<R> | null;
  readonly #rest: boolean;

  constructor(keys: readonly KeyedRoute<R>[], style: ApiStyle) {
    this.#rest = style === 'rest';
    const entries = new Map<string, PathEntry<R>>();
    const namesOf = sharedNames();
    let defaultRoute: RouteMatch<R> | null = null;
    for (const { key, route } of keys) {
      if (key.kind === 'default') {
        defaultRoute = { matched: true, route, pathParameters: NO_PARAMETERS };
        continue;
      }
      const { method, segments } = key;
      const path = routeShape({ ...key, method: '' });
      const leaf: Leaf<R> = { kind: 'leaf', tail: [], method, route, names: namesOf(key), next: null };
      entries.set(path, { segments, routes: withLeaf(entries.get(path)?.routes ?? null, leaf) });
    }
    this.#trie = new SegmentTrie([...entries.values()]);
    this.#default = defaultRoute;
  }

  /** `path` is canonical (`canonicalPath`), `method` is compared as sent. Costs the same among ten routes and ten thousand. */
  match(method: string, path: string): RouteMatch<R> {
    const last = path.length - 1;
    const matched = this.#rest && last > 0 && path.charCodeAt(last) === SLASH ? path.slice(0, -1) : path;
    const leaf = this.#trie.search(method, matched, !this.#rest || METHODS.has(method));
    if (leaf) return { matched: true, route: leaf.route, pathParameters: this.#pathParameters(leaf.names) };
    return this.#default ?? (this.#trie.pathKnown ? METHOD_UNKNOWN : PATH_UNKNOWN);
  }

  #pathParameters(names: readonly string[]): Readonly<Record<string, string>> {
    if (names.length === 0) return NO_PARAMETERS;
    const parameters: Record<string, string> = {};
    for (let i = 0; i < names.length; i++) {
      const name = names[i];
      if (name !== undefined) parameters[name] = decoded(this.#trie.value(i));
    }
    return parameters;
  }
}

/** A route with its key read. */
export interface KeyedRoute<R> {
  readonly key: RouteKey;
  readonly route: R;
}

/** @throws SluiceError VALIDATION_FAILED with a detail for each bad or duplicate route */
export function compileRoutes<R extends { readonly route: string }>(
  routes: readonly R[],
  { style }: { readonly style: ApiStyle },
): RouteTable<R> {
  return new RouteTable(keyedRoutes(routes, { style }), style);
}

/** What a table is made of, checked. @throws SluiceError VALIDATION_FAILED with a detail for each bad or duplicate route */
export function keyedRoutes<R extends { readonly route: string }>(
  routes: readonly R[],
  { style }: { readonly style: ApiStyle },
): KeyedRoute<R>[] {
  const keys: KeyedRoute<R>[] = [];
  const routeByShape = new Map<string, string>();
  const details: ErrorDetail[] = [];
  routes.forEach((route, i) => {
    try {
      const parsed = parseRouteKey(route.route);
      const key = style === 'rest' ? withoutTrailingSlash(parsed) : parsed;
      const shape = routeShape(key);
      const twin = routeByShape.get(shape);
      if (twin !== undefined) throw duplicate(route.route, twin);
      routeByShape.set(shape, route.route);
      keys.push({ key, route });
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      details.push({ path: `routes[${i}].route`, message: error.message });
    }
  });
  const [first] = details;
  if (first) throw new SluiceError('VALIDATION_FAILED', first.message, { details });
  return keys;
}

const SLASH = 0x2f;
const NO_PARAMETERS: Readonly<Record<string, string>> = Object.freeze({});
const PATH_UNKNOWN = Object.freeze({ matched: false, reason: 'path-unknown' } as const);
const METHOD_UNKNOWN = Object.freeze({ matched: false, reason: 'method-unknown' } as const);
const METHODS: ReadonlySet<string> = new Set(ROUTE_METHODS);

function duplicate(route: string, twin: string): SluiceError {
  return new SluiceError('VALIDATION_FAILED', `The route "${route}" matches the same requests as "${twin}".`);
}

function withoutTrailingSlash(key: RouteKey): RouteKey {
  if (key.kind === 'default' || key.segments.length < 2) return key;
  const last = key.segments.at(-1);
  const trailing = last?.kind === 'static' && last.text === '';
  return trailing ? { ...key, segments: key.segments.slice(0, -1) } : key;
}

function withLeaf<R>(first: Leaf<R> | null, leaf: Leaf<R>): Leaf<R> {
  if (!first || (leaf.method !== 'ANY' && first.method === 'ANY')) {
    leaf.next = first;
    return leaf;
  }
  first.next = withLeaf(first.next, leaf);
  return first;
}

/** One list for all routes with the same variables: fewer places in memory for a match to touch. */
function sharedNames(): (key: RouteKey & { kind: 'path' }) => readonly string[] {
  const lists = new Map<string, readonly string[]>();
  return ({ segments }) => {
    const names = segments.flatMap((segment) => (segment.kind === 'static' ? [] : [segment.name]));
    const list = lists.get(names.join('/')) ?? names;
    lists.set(names.join('/'), list);
    return list;
  };
}

/** Decoded once; a value that is not escaped UTF-8 stays as it was sent. */
function decoded(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
