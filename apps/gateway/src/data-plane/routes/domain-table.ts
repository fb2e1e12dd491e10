import { LIMITS, type DomainMapping, type DomainRecord } from '@sluice/contracts';

/** Where a request to a custom domain goes. */
export interface DomainMatch {
  readonly mapping: DomainMapping;
  /** Characters of the path that the base path takes; 0 for the catch-all. */
  readonly mountChars: number;
}

/**
 * Custom domains by host. As on AWS a name that is written out beats a wildcard, and of the base paths that a path begins with,
 * segment by segment, the longest wins
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mappings.html).
 */
export class DomainTable {
  private readonly domains = new Map<string, ReadonlyMap<string, DomainMapping>>();

  set({ name, mappings }: Pick<DomainRecord, 'name' | 'mappings'>): void {
    this.domains.set(name, new Map(mappings.map((mapping) => [mapping.basePath, mapping])));
  }

  delete(name: string): void {
    this.domains.delete(name);
  }

  names(): Iterable<string> {
    return this.domains.keys();
  }

  /** `undefined` = the host is no custom domain; `null` = it is one, and nothing on it takes the path. */
  match(host: string, path: string): DomainMatch | null | undefined {
    const mappings = this.mappingsOf(host);
    if (mappings === undefined) return undefined;
    // Nothing longer than the longest base path there can be is looked at: a path of thousands of slashes costs no more.
    let end =
      path.length <= LIMITS.basePathCharsMax + 1 ? path.length : path.lastIndexOf('/', LIMITS.basePathCharsMax + 1);
    for (; end > 1; end = path.lastIndexOf('/', end - 1)) {
      const mapping = mappings.get(path.slice(1, end));
      if (mapping !== undefined) return { mapping, mountChars: end };
    }
    const rest = mappings.get('');
    return rest === undefined ? null : { mapping: rest, mountChars: 0 };
  }

  /** Whether requests to this host belong to a custom domain. */
  has(host: string): boolean {
    return this.mappingsOf(host) !== undefined;
  }

  private mappingsOf(host: string): ReadonlyMap<string, DomainMapping> | undefined {
    if (this.domains.size === 0) return undefined;
    const name = hostName(host);
    const exact = this.domains.get(name);
    if (exact !== undefined) return exact;
    const dot = name.indexOf('.');
    return dot < 0 ? undefined : this.domains.get(`*${name.slice(dot)}`);
  }
}

/** A Host header as a name: lower-case, without port and without the dot of an absolute name. */
export function hostName(host: string): string {
  return host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase();
}
