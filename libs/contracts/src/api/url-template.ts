/** A text with path variables in it: `/base/{id}/{proxy}`. */
export type UrlTemplate = readonly (string | { readonly variable: string })[];

const VARIABLE = /\{([^{}]*)\}/g;
const VARIABLE_NAME = /^[A-Za-z0-9._-]{1,64}$/;
/** Scheme, host and port. Variables cannot stand here: a caller would choose where the gateway connects to. */
const ORIGIN = /^(https?):\/\/([^/?#{}\\@\s]+)(?=[/?]|$)/i;

export interface UpstreamUrl {
  readonly origin: string;
  /** Path and query; the path begins with a slash. */
  readonly target: UrlTemplate;
}

/**
 * Reads the url of an http-proxy integration whose stage variables are filled in.
 * Throws RangeError saying what is wrong: no http(s) origin, credentials, a fragment, a variable in the host.
 */
export function parseUpstreamUrl(text: string): UpstreamUrl {
  const origin = ORIGIN.exec(text)?.[0];
  if (origin === undefined || !URL.canParse(origin)) {
    throw new RangeError(
      'must begin with http:// or https:// and a host, without user name, path variables in the host or spaces, such as "http://orders.internal:8080/{proxy}"',
    );
  }
  const rest = text.slice(origin.length);
  return { origin: new URL(origin).origin, target: parseUrlTemplate(rest.startsWith('/') ? rest : `/${rest}`) };
}

/**
 * Reads where a redirect leads to: a path of this host (`/new/{id}`) or a URL (`https://host/{proxy}`).
 * Throws RangeError saying what is wrong.
 */
export function parseLocation(text: string): UrlTemplate {
  if (text.startsWith('/') && !text.startsWith('//')) return parseUrlTemplate(text);
  if (!ORIGIN.test(text) || !URL.canParse(text.replace(VARIABLE, 'x'))) {
    throw new RangeError('must be a path that begins with one "/", or begin with http:// or https:// and a host');
  }
  return parseUrlTemplate(text);
}

/** The names of the path variables in a template. */
export function variablesOf(template: UrlTemplate): string[] {
  return template.flatMap((part) => (typeof part === 'string' ? [] : [part.variable]));
}

function parseUrlTemplate(text: string): UrlTemplate {
  if (/[^\x21-\x7e]/.test(text)) throw new RangeError('has a character that must be percent-encoded');
  if (/[#\\]/.test(text)) throw new RangeError('may not have a "#" or a backslash');
  const parts: (string | { variable: string })[] = [];
  let end = 0;
  for (const match of text.matchAll(VARIABLE)) {
    const variable = (match[1] ?? '').replace(/\+$/, '');
    if (!VARIABLE_NAME.test(variable))
      throw new RangeError(`has "${match[0].slice(0, 80)}", which is no path variable`);
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push({ variable });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push(text.slice(end));
  if (parts.some((part) => typeof part === 'string' && /[{}]/.test(part)))
    throw new RangeError('has a "{" or "}" that belongs to no path variable');
  return parts;
}
