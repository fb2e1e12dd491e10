import { SluiceError } from '@sluice/contracts';

/** The headers of a request as they came, with the few look-ups that every request needs done once. */
export class RequestHeaders {
  constructor(
    /** Name, value, name, value … as sent. */
    readonly raw: readonly string[],
    readonly host: string,
    readonly userAgent: string,
    readonly contentType: string,
    /** The Cookie header, or ''. */
    readonly cookie: string,
    readonly forwardedFor: string,
    readonly traceId: string,
  ) {}

  /** The same without one header, by its lower-case name; not for one that has a field of its own. */
  without(lowerName: string): RequestHeaders {
    const raw: string[] = [];
    for (let index = 0; index < this.raw.length; index += 2) {
      const name = this.raw[index] as string;
      if (name.toLowerCase() !== lowerName) raw.push(name, this.raw[index + 1] as string);
    }
    return new RequestHeaders(
      raw,
      this.host,
      this.userAgent,
      this.contentType,
      this.cookie,
      this.forwardedFor,
      this.traceId,
    );
  }
}

/** uri-host with an optional port, RFC 9112 §3.2 and RFC 3986 §3.2.2. */
const HOST = /^(?:\[[0-9A-Fa-f:.]+\]|(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::\d*)?$/;
/** Requests one after the other mostly have the same. */
let hostOfLastRequest = '';

/**
 * Reads the raw header list in one pass.
 * Throws BAD_REQUEST on a Host that is none, and on a duplicate of a header that decides something (RFC 9112 §3.2 for Host; of two others, somebody in between would pick another one than we do).
 */
export function readHeaders(raw: readonly string[]): RequestHeaders {
  let host: string | null = null;
  let authorization = false;
  let apiKey = false;
  let contentLength = false;
  let contentType: string | null = null;
  let userAgent = '';
  let cookie = '';
  let forwardedFor = '';
  let traceId = '';
  for (let index = 0; index < raw.length; index += 2) {
    const value = raw[index + 1] as string;
    const name = (raw[index] as string).toLowerCase();
    switch (name) {
      case 'host':
        if (host !== null) throw duplicate(name);
        host = value;
        if (host !== hostOfLastRequest) {
          if (!HOST.test(host))
            throw new SluiceError('BAD_REQUEST', 'The header host is not a host name with an optional port.');
          hostOfLastRequest = host;
        }
        break;
      case 'authorization':
        if (authorization) throw duplicate(name);
        authorization = true;
        break;
      case 'x-api-key':
        if (apiKey) throw duplicate(name);
        apiKey = true;
        break;
      case 'content-length':
        if (contentLength) throw duplicate(name);
        contentLength = true;
        break;
      case 'content-type':
        if (contentType !== null) throw duplicate(name);
        contentType = value;
        break;
      case 'user-agent':
        userAgent = value;
        break;
      case 'cookie':
        cookie = cookie === '' ? value : `${cookie}; ${value}`;
        break;
      case 'x-forwarded-for':
        forwardedFor = forwardedFor === '' ? value : `${forwardedFor}, ${value}`;
        break;
      case 'x-amzn-trace-id':
        traceId = value;
        break;
    }
  }
  return new RequestHeaders(raw, host ?? '', userAgent, contentType ?? '', cookie, forwardedFor, traceId);
}

function duplicate(name: string): SluiceError {
  return new SluiceError('BAD_REQUEST', `The header ${name} is sent twice.`);
}
