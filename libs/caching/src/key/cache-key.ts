import { canonicalQuery } from './canonical-query';

/** Where an answer belongs; the unit a flush names. */
export interface CacheScope {
  readonly api: string;
  readonly stage: string;
  readonly route: string;
}

export interface CacheKeyOptions {
  readonly scope: CacheScope;
  readonly deploymentId: string;
  /** A canary keeps its answers apart from its stage's. */
  readonly canary: boolean;
  /** Names of query parameters; undefined = all that a request has. */
  readonly query: readonly string[] | undefined;
  /** Names of request headers; undefined = none. */
  readonly headers: readonly string[] | undefined;
}

/** What of one request can be in its key. */
export interface KeyedRequest {
  /** The method whose answer is kept: GET for a HEAD that is answered from a GET. */
  readonly method: string;
  /** Lower case, without port. */
  readonly hostname: string;
  /** Canonical, below the API's mount. */
  readonly path: string;
  readonly rawQuery: string;
  /** Name, value, … as sent. */
  readonly rawHeaders: readonly string[];
  /** What answers: a function's revision. '' where the deployment already says it. */
  readonly target: string;
  /** Who asks, on a route that asks who asks; or the credentials the platform did not check. */
  readonly identity: string;
  /** Hash of the body; '' for none. */
  readonly bodyHash: string;
}

/**
 * How requests of one route become cache keys, made once when the route is compiled. A key is text that holds everything the integration is
 * allowed to see of a request, so two requests with one key are the same request to it. Parts are separated by newlines, which nothing in
 * a request's head can hold; the identity, which an authorizer may have made up, says its length.
 */
export class CacheKeyPlan {
  readonly scope: CacheScope;
  private readonly prefix: string;
  private readonly query: ReadonlySet<string> | null;
  private readonly headers: readonly string[];

  constructor({ scope, deploymentId, canary, query, headers }: CacheKeyOptions) {
    this.scope = scope;
    this.prefix = [scope.api, deploymentId, scope.stage, canary ? 'canary' : ''].join('\n');
    this.query = query === undefined ? null : new Set(query);
    this.headers = [...new Set((headers ?? []).map((name) => name.toLowerCase()))].sort();
  }

  keyOf({ method, hostname, path, rawQuery, rawHeaders, target, identity, bodyHash }: KeyedRequest): string {
    const query = rawQuery === '' ? '' : canonicalQuery(rawQuery, this.query);
    const key = `${this.prefix}\n${path}\n${this.scope.route}\n${target}\n${method}\n${hostname}\n${query}\n${bodyHash}\n${identity.length}:${identity}`;
    return this.headers.length === 0 ? key : key + this.headerPart(rawHeaders);
  }

  /** What all answers of one path have in common, whatever else is in their keys: an unsafe request makes all of them old. */
  groupOf(path: string): string {
    return `${this.prefix}\n${path}`;
  }

  /** The query as the integration may see it. */
  visibleQuery(rawQuery: string): string {
    return canonicalQuery(rawQuery, this.query);
  }

  keysHeader(lowerName: string): boolean {
    return this.headers.includes(lowerName);
  }

  /** Each keyed header with its values in the order they were sent; absent and empty are two things. */
  private headerPart(rawHeaders: readonly string[]): string {
    let part = '';
    for (const name of this.headers) {
      part += `\n${name}`;
      for (let index = 0; index < rawHeaders.length; index += 2) {
        const sent = rawHeaders[index] as string;
        if (sent.length === name.length && sent.toLowerCase() === name) part += `\n=${rawHeaders[index + 1] as string}`;
      }
    }
    return part;
  }
}

let lastHost = '';
let lastHostname = '';

/** A Host header's name in lower case without its port. Most requests in a row have the same. */
export function hostnameOf(host: string): string {
  if (host === lastHost) return lastHostname;
  lastHostname = host.toLowerCase().replace(/:\d*$/, '');
  lastHost = host;
  return lastHostname;
}
