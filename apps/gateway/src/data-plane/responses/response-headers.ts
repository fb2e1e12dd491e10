import { type ResponseStyle } from '../routes/compiled-route';

/** RFC 9110 §5.6.2 token. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Visible ASCII, space, tab and obs-text: what Node lets through, so that writeHead cannot throw. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Only the gateway frames a message; a function's word on it would let it write a second response. */
const DROPPED = new Set([
  'transfer-encoding',
  'keep-alive',
  'upgrade',
  'trailer',
  'te',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
]);
/** What the gateway says about a request; a function must not say it in its stead. */
const OWN = new Set(['x-amzn-requestid', 'x-amz-apigw-id', 'apigw-requestid']);
const OWN_PREFIX = 'x-sluice-';
/** `rest` APIs hand these on under another name. */
const REMAPPED = new Set(['connection', 'content-length', 'date', 'server']);
/** The other styles drop what frames and keep what informs. */
const DROPPED_ELSEWHERE = new Set(['connection', 'content-length']);

/** The name under which a function's header is sent; null for not at all. */
export function sentName(name: string, style: ResponseStyle): string | null {
  const lower = name.toLowerCase();
  if (DROPPED.has(lower) || OWN.has(lower) || lower.startsWith(OWN_PREFIX)) return null;
  if (style === 'rest') return REMAPPED.has(lower) ? `x-amzn-Remapped-${name}` : name;
  return DROPPED_ELSEWHERE.has(lower) ? null : name;
}

export function isHeaderName(text: string): boolean {
  return NAME.test(text);
}

/** Whether a text can be the value of a header without ending it or beginning another. */
export function isHeaderValue(text: string): boolean {
  return VALUE.test(text);
}

/** Appends a header if name and value may stand in a message. Strings, numbers and booleans are values, as on AWS. */
export function appendHeader(headers: string[], name: string, value: unknown): boolean {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return false;
  const text = String(value);
  if (!isHeaderName(name) || !isHeaderValue(text)) return false;
  headers.push(name, text);
  return true;
}
