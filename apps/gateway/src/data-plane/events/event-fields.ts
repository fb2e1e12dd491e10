import { type IncomingMessage } from 'node:http';
import { type TLSSocket } from 'node:tls';
import { type Routed } from '../request-context';
import { digitsOf, traceContextOf, traceParent } from '../tracing/trace-context';
import { essenceOf, isBinaryType } from '../responses/media-type';
import { jsonText } from './json-text';

/** AWS's placeholder for "no account"; ARNs and events need twelve digits. */
export const ACCOUNT_ID = '000000000000';

/** Hop-by-hop and gateway-owned headers that AWS does not hand to a function. */
const NOT_FORWARDED = new Set([
  'connection',
  'content-length',
  'content-md5',
  'expect',
  'max-forwards',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'keep-alive',
  'server',
  'te',
  'transfer-encoding',
  'trailer',
  'upgrade',
  'www-authenticate',
]);
/** Said by the gateway itself, whatever a client says. */
const OWN = new Set([
  'x-forwarded-for',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-forwarded-prefix',
  'x-amzn-trace-id',
  'traceparent',
  'tracestate',
]);

export function isForwarded(lowerName: string): boolean {
  return !NOT_FORWARDED.has(lowerName) && !OWN.has(lowerName);
}

/** The headers the gateway adds: lower-case name, value, … */
export function ownHeaders(context: Routed): string[] {
  return [...traceHeaders(context), ...forwardedOf(context).headers];
}

/** W3C Trace Context, the caller's trace with a span of ours or a new one, and X-Ray's header: lower-case name, value, … */
export function traceHeaders({ headers, requestId, receivedEpochMs, route }: Routed): string[] {
  const trace = traceContextOf({ headers, requestId });
  const sampled = trace.sampled ?? route.tracer?.samples(trace.traceId) ?? false;
  const parent = ['traceparent', traceParent(trace, sampled)];
  if (trace.state !== '') parent.push('tracestate', trace.state);
  parent.push('x-amzn-trace-id', headers.traceId === '' ? rootTraceId(receivedEpochMs, requestId) : headers.traceId);
  return parent;
}

function rootTraceId(receivedEpochMs: number, requestId: string): string {
  return `Root=1-${Math.floor(receivedEpochMs / 1_000).toString(16)}-${digitsOf(requestId).slice(0, 24)}`;
}

interface Forwarded {
  readonly sourceIp: string;
  readonly forwardedFor: string;
  readonly host: string;
  readonly mount: string;
  readonly secure: boolean;
  /** Lower-case name, value, … */
  readonly headers: readonly string[];
  /** The same as members of a JSON object. */
  readonly json: string;
}

let forwarded: Forwarded | null = null;

/** What the gateway says about where a request came from; requests one after the other often come from the same place. */
export function forwardedOf({ request, headers, sourceIp, mount }: Routed): Forwarded {
  const { forwardedFor, host } = headers;
  const secure = isSecure(request);
  if (
    forwarded?.sourceIp === sourceIp &&
    forwarded.forwardedFor === forwardedFor &&
    forwarded.host === host &&
    forwarded.mount === mount &&
    forwarded.secure === secure
  )
    return forwarded;
  const added = [
    'x-forwarded-for',
    forwardedFor === '' ? sourceIp : `${forwardedFor}, ${sourceIp}`,
    'x-forwarded-port',
    domainOf(host).port ?? (secure ? '443' : '80'),
    'x-forwarded-prefix',
    mount,
    'x-forwarded-proto',
    secure ? 'https' : 'http',
  ];
  forwarded = { sourceIp, forwardedFor, host, mount, secure, headers: added, json: flat(membersJson(added)) };
  return forwarded;
}

/** `"name":"value"` of each, with commas between. */
export function membersJson(pairs: readonly string[]): string {
  let text = '';
  for (let index = 0; index < pairs.length; index += 2)
    text += `${text === '' ? '' : ','}${jsonText(pairs[index] as string)}:${jsonText(pairs[index + 1] as string)}`;
  return text;
}

/** The same text in one piece: V8 walks through the pieces of a text that was put together whenever it is copied. */
function flat(text: string): string {
  return Buffer.from(text).toString();
}

/** Whether a request came over TLS. */
export function isSecure({ socket }: IncomingMessage): boolean {
  return (socket as Partial<TLSSocket> | undefined)?.encrypted === true;
}

/** Body fields of an event: text where the bytes are text, base64 where they are not, or where a `rest` API calls the type binary. */
export function bodyFields({ body, headers, route }: Routed): { text: string; base64: boolean } | null {
  if (body.length === 0) return null;
  if (isText(headers.contentType) && !isDeclaredBinary(route, headers.contentType)) {
    const text = body.toString('utf8');
    // Bytes that are no UTF-8 would be lost; base64 keeps them.
    if (!text.includes('\ufffd') || Buffer.from(text, 'utf8').equals(body)) return { text, base64: false };
  }
  return { text: body.toString('base64'), base64: true };
}

function isDeclaredBinary({ style, api }: Routed['route'], contentType: string): boolean {
  if (style !== 'rest' || api.binaryMediaTypes === undefined) return false;
  return isBinaryType(api.binaryMediaTypes, essenceOf(contentType));
}

/** What HTTP APIs treat as text; a body without a type as well. */
function isText(contentType: string): boolean {
  if (contentType === '') return true;
  const type = essenceOf(contentType);
  return (
    type.startsWith('text/') ||
    type === 'application/json' ||
    type === 'application/javascript' ||
    type === 'application/xml' ||
    type === 'application/x-www-form-urlencoded' ||
    type === 'application/graphql' ||
    type.endsWith('+json') ||
    type.endsWith('+xml')
  );
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
let cachedSecond = -1;
let cachedTime = '';

/** `04/Mar/2020:19:15:17 +0000`, made once per second. */
export function requestTime(epochMs: number): string {
  const second = Math.floor(epochMs / 1_000);
  if (second !== cachedSecond) {
    const date = new Date(second * 1_000);
    const two = (value: number): string => String(value).padStart(2, '0');
    cachedSecond = second;
    cachedTime =
      `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()] as string}/${date.getUTCFullYear()}` +
      `:${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`;
  }
  return cachedTime;
}

interface Domain {
  /** Without the port. */
  readonly name: string;
  /** Its first label. */
  readonly prefix: string;
  readonly port: string | undefined;
  /** Name and prefix as members of an event's request context. */
  readonly json: string;
}

let domainHost = '';
let domain: Domain = { name: '', prefix: '', port: undefined, json: '"domainName":"","domainPrefix":""' };

/** What a Host header names; requests one after the other mostly name the same. */
export function domainOf(host: string): Domain {
  if (host === domainHost) return domain;
  const port = /:(\d+)$/.exec(host)?.[1];
  const name = port === undefined ? host : host.slice(0, -port.length - 1);
  const dot = name.indexOf('.');
  const prefix = dot < 0 ? name : name.slice(0, dot);
  const json = flat(`"domainName":${jsonText(name)},"domainPrefix":${jsonText(prefix)}`);
  domain = { name, prefix, port, json };
  domainHost = host;
  return domain;
}

/** Query pairs, percent- and plus-decoded; what does not decode stays as it was sent. */
export function queryPairs(rawQuery: string): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (const part of rawQuery.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    pairs.push(equals < 0 ? [decode(part), ''] : [decode(part.slice(0, equals)), decode(part.slice(equals + 1))]);
  }
  return pairs;
}

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
