import { queryPairs } from '../events/event-fields';
import { headerOf } from '../header-list';
import { type Routed } from '../request-context';
import { NO_RESPONSE, type ProxyResponse } from '../responses/proxy-response';

/** What the expressions of one request's mappings see. Bodies and query are read once, when the first expression asks. */
export class MappingScope {
  private requestBody: unknown = NOT_READ;
  private responseBody: unknown = NOT_READ;
  private query: readonly (readonly [string, string])[] | null = null;

  constructor(
    readonly context: Routed,
    /** Its body must be whole where an expression asks for it. */
    readonly response: ProxyResponse = NO_RESPONSE,
  ) {}

  /** Several of one name joined by commas, as HTTP APIs do; undefined when there is none. */
  requestHeader(lowerName: string): string | undefined {
    return headerOf(this.context.headers.raw, lowerName);
  }

  responseHeader(lowerName: string): string | undefined {
    return headerOf(this.response.headers, lowerName);
  }

  queryParameter(name: string): string | undefined {
    this.query ??= queryPairs(this.context.rawQuery);
    const values = this.query.filter(([other]) => other === name);
    return values.length === 0 ? undefined : values.map(([, value]) => value).join(',');
  }

  /** The JSON value of the body; undefined when it is none. */
  requestJson(): unknown {
    if (this.requestBody === NOT_READ) this.requestBody = parsed(this.context.body);
    return this.requestBody;
  }

  responseJson(): unknown {
    if (this.responseBody === NOT_READ) this.responseBody = parsed(this.response.body);
    return this.responseBody;
  }
}

const NOT_READ = Symbol('not read');

function parsed(body: ProxyResponse['body']): unknown {
  if (typeof body !== 'string' && !Buffer.isBuffer(body)) return undefined;
  try {
    return JSON.parse(typeof body === 'string' ? body : body.toString('utf8'));
  } catch {
    return undefined;
  }
}
