import { canonicalQuery } from './canonical-query';
import { shortHash } from './short-hash';

/** Where an answer belongs; the unit a flush names. */
export interface CacheScope {
  readonly api: string;
  readonly stage: string;
  readonly route: string;
}

export interface CacheKeyOptions {
  readonly scope: CacheScope;
  readonly deploymentId: string;
  /** What else of the stage an answer may depend on: its variables, and whether it is the stage's canary. */
  readonly variant: string;
  /** Names of query parameters; undefined = all that a request has. */
  readonly query: readonly string[] | undefined;
  /** Names of request headers; undefined = none. */
  readonly headers: readonly string[] | undefined;
}

/** What of one request can be in its key. */
export interface KeyedRequest {
  /** The method whose answer is kept: GET for a HEAD that is answered from a GET. */
  readonly method: string;
  /** Scheme, host name and mount, as the integration is told them: where the caller believes to be. */
  readonly origin: string;
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

/** Headers a route learns from its answers; a function that names more varies too much to be kept. */
const VARY_NAMES_MAX = 8;

/**
 * How requests of one route become cache keys, made once when the route is compiled. A key is text that holds everything the integration is
 * allowed to see of a request, so two requests with one key are the same request to it. Parts are separated by newlines, which nothing in
 * a request's head can hold; the identity, which an authorizer may have made up, says its length.
 */
export class CacheKeyPlan {
  readonly scope: CacheScope;
  private readonly prefix: string;
  private readonly query: ReadonlySet<string> | null;
  private headers: readonly string[];
  private learned = 0;

  constructor({ scope, deploymentId, variant, query, headers }: CacheKeyOptions) {
    this.scope = scope;
    this.prefix = [scope.api, deploymentId, scope.stage, variant].join('\n');
    this.query = query === undefined ? null : new Set(query);
    this.headers = [...new Set((headers ?? []).map((name) => name.toLowerCase()))].sort();
  }

  keyOf({ method, origin, path, rawQuery, rawHeaders, target, identity, bodyHash }: KeyedRequest): string {
    const query = rawQuery === '' ? '' : canonicalQuery(rawQuery, this.query);
    const key = `${this.prefix}\n${path}\n${this.scope.route}\n${target}\n${method}\n${origin}\n${query}\n${bodyHash}\n${identity.length}:${identity}`;
    return this.headers.length === 0 ? key : key + this.headerPart(rawHeaders);
  }

  /** The query as the integration may see it. */
  visibleQuery(rawQuery: string): string {
    return canonicalQuery(rawQuery, this.query);
  }

  /**
   * Names of the headers that are in keys made now, in lower case: the listed ones, and those that answers said they vary by. Whoever makes a key and
   * goes on later keeps the list it was made with, for names are learned meanwhile.
   */
  get keyedHeaders(): readonly string[] {
    return this.headers;
  }

  /**
   * Learns the headers an answer says it varies by (RFC 9111 §4.1): from here on they are in keys, and so are seen by the integration, for only then can it
   * vary by them. `keyed` = the headers that were in the key of this answer; it may be kept if all that it varies by
   * were, or were not sent at all.
   */
  vary(lowerNames: readonly string[], keyed: readonly string[], rawHeaders: readonly string[]): boolean {
    const unknown = lowerNames.filter((name) => !this.headers.includes(name));
    if (this.learned + unknown.length <= VARY_NAMES_MAX) {
      this.learned += unknown.length;
      if (unknown.length > 0) this.headers = [...new Set([...this.headers, ...unknown])].sort();
    }
    return lowerNames.every((name) => keyed.includes(name) || !wasSent(name, rawHeaders));
  }

  /** Each keyed header that was sent, with its values in the order they came: what is not sent changes no key when its name is learned. */
  private headerPart(rawHeaders: readonly string[]): string {
    let part = '';
    for (const name of this.headers) {
      for (let index = 0; index < rawHeaders.length; index += 2) {
        const sent = rawHeaders[index] as string;
        if (sent.length === name.length && sent.toLowerCase() === name)
          part += `\n${name}=${rawHeaders[index + 1] as string}`;
      }
    }
    return part;
  }
}

/**
 * The name of all answers of one path of a stage, whatever else is in their keys: an unsafe request makes all of them old, also those of a deployment that
 * the stage may go back to.
 */
export function groupOf(api: string, stage: string, path: string): string {
  return shortHash(`${api}\n${stage}\n${path}`);
}

function wasSent(lowerName: string, rawHeaders: readonly string[]): boolean {
  return rawHeaders.some((name, index) => index % 2 === 0 && name.toLowerCase() === lowerName);
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
