import { type CorsSettings } from '@sluice/contracts';

const TOKEN_LIST = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:[ \t]*,[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]+)*$/;
const NOTHING: readonly string[] = [];
/** For who may not read the answer; that others may is a reason not to mix the two up. */
const FOREIGN: readonly string[] = ['vary', 'origin'];

/** What a preflight asks. */
export interface Preflight {
  readonly origin: string;
  readonly method: string;
  /** The text of Access-Control-Request-Headers; '' when there is none. */
  readonly headers: string;
}

/** The CORS settings of an API, prepared: which headers an answer to an origin carries. */
export class CorsRules {
  /** Any origin gets the same answer, so nothing varies by it. */
  private readonly any: boolean;
  /** Headers of an answer to each origin that is written out. */
  private readonly exact: ReadonlyMap<string, readonly string[]>;
  private readonly patterns: readonly OriginPattern[];
  private readonly answerTail: readonly string[];
  private readonly anyAnswer: readonly string[];
  private readonly preflightTail: readonly string[];

  constructor(private readonly settings: CorsSettings) {
    const { allowOrigins, exposeHeaders, allowCredentials, maxAgeSeconds } = settings;
    this.any = allowOrigins.includes('*');
    this.patterns = allowOrigins.filter((origin) => origin !== '*' && origin.includes('*')).map(originPattern);
    const credentials = allowCredentials ? ['access-control-allow-credentials', 'true'] : NOTHING;
    this.answerTail = [
      ...credentials,
      ...(exposeHeaders.length === 0 ? [] : ['access-control-expose-headers', exposeHeaders.join(',')]),
    ];
    this.anyAnswer = ['access-control-allow-origin', '*', ...this.answerTail];
    const exact = allowOrigins.filter((origin) => !origin.includes('*'));
    this.exact = new Map(exact.map((origin) => [origin, this.allowing(origin)]));
    this.preflightTail = [
      ...credentials,
      ...(maxAgeSeconds === undefined ? [] : ['access-control-max-age', String(maxAgeSeconds)]),
    ];
  }

  /** Headers for an answer: name, value, … `origin` is undefined for a request that is not from another site. */
  answerHeaders(origin: string | undefined): readonly string[] {
    if (this.any) return this.anyAnswer;
    if (origin === undefined) return FOREIGN;
    return this.exact.get(origin) ?? (this.allows(origin) ? this.allowing(origin) : FOREIGN);
  }

  /** Headers for the answer to a preflight. A site that may not call gets none that says it may. */
  preflightHeaders({ origin, method, headers }: Preflight): readonly string[] {
    const vary = ['vary', 'origin, access-control-request-method, access-control-request-headers'];
    if (!this.any && !this.allows(origin)) return vary;
    const { allowMethods, allowHeaders } = this.settings;
    const list = ['access-control-allow-origin', this.any ? '*' : origin];
    // Browsers take "*" literally when credentials are sent, and never for Authorization: what is asked for is named instead.
    const methods = allowMethods.includes('*') ? tokens(method) : allowMethods.join(',');
    const names = allowHeaders.includes('*') ? tokens(headers) : allowHeaders.join(',');
    if (methods !== '') list.push('access-control-allow-methods', methods);
    if (names !== '') list.push('access-control-allow-headers', names);
    return [...list, ...this.preflightTail, ...vary];
  }

  private allowing(origin: string): readonly string[] {
    return ['access-control-allow-origin', origin, ...this.answerTail, ...FOREIGN];
  }

  private allows(origin: string): boolean {
    return this.exact.has(origin) || this.patterns.some((pattern) => matches(pattern, origin));
  }
}

/** `https://*.example.com:8443`: what is before and after the star. */
interface OriginPattern {
  readonly before: string;
  readonly after: string;
}

function originPattern(text: string): OriginPattern {
  const star = text.indexOf('*');
  return { before: text.slice(0, star), after: text.slice(star + 1) };
}

/** The star stands for one host, or for the labels in front of a domain; never for a port or a path. */
function matches({ before, after }: OriginPattern, origin: string): boolean {
  if (origin.length <= before.length + after.length || !origin.startsWith(before) || !origin.endsWith(after))
    return false;
  const wild = origin.slice(before.length, origin.length - after.length);
  // "https://*" alone takes any port as well, as on AWS.
  return after === '' ? /^[a-z0-9.-]+(:\d{1,5})?$/.test(wild) : /^[a-z0-9.-]+$/.test(wild);
}

function tokens(text: string): string {
  return TOKEN_LIST.test(text) ? text : '';
}

const CORS_HEADERS = new Set([
  'access-control-allow-origin',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-allow-credentials',
  'access-control-expose-headers',
  'access-control-max-age',
]);

/** An integration's headers without what it says about CORS. Returns the list itself where it says nothing. */
export function withoutCors(headers: readonly string[]): readonly string[] {
  let kept: string[] | null = null;
  for (let index = 0; index < headers.length; index += 2) {
    const dropped = CORS_HEADERS.has((headers[index] as string).toLowerCase());
    if (dropped) kept ??= headers.slice(0, index);
    else kept?.push(headers[index] as string, headers[index + 1] as string);
  }
  return kept ?? headers;
}
