import { isSecure, ownHeaders } from '../events/event-fields';
import { headerOf } from '../header-list';
import { type Routed } from '../request-context';

/** RFC 9110 §7.6.1 and what only concerns the client's own connection; Host and framing are the outgoing connection's. */
const NOT_FORWARDED = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** Said by the gateway itself, whatever a client says. */
const OWN = new Set([
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-forwarded-proto',
  'x-amzn-trace-id',
  'traceparent',
  'tracestate',
]);
const VIA = '1.1 sluice';

/** The client's headers as an upstream gets them: without those of the connection, also without what Connection names. */
export function forwardedHeaders({ headers: { raw } }: Routed): string[] {
  const nominated = connectionOptions(raw);
  const headers: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] as string;
    const lower = name.toLowerCase();
    if (NOT_FORWARDED.has(lower) || OWN.has(lower) || nominated?.has(lower) === true) continue;
    headers.push(name, raw[index + 1] as string);
  }
  return headers;
}

/** What the gateway says about the way a request came: the X-Forwarded family, Forwarded (RFC 7239) and Via (RFC 9110 §7.6.3). */
export function pushProxyHeaders(headers: string[], context: Routed): void {
  const { headers: received, sourceIp } = context;
  const proto = isSecure(context.request) ? 'https' : 'http';
  headers.push(...ownHeaders(context));
  const address = sourceIp.includes(':') ? `"[${sourceIp}]"` : sourceIp;
  if (received.host === '') headers.push('forwarded', `for=${address};proto=${proto}`);
  else {
    headers.push('x-forwarded-host', received.host);
    headers.push('forwarded', `for=${address};host=${quoted(received.host)};proto=${proto}`);
  }
  const via = headerOf(received.raw, 'via');
  headers.push('via', via === undefined ? VIA : `${via}, ${VIA}`);
}

function connectionOptions(raw: readonly string[]): ReadonlySet<string> | null {
  let options: Set<string> | null = null;
  for (let index = 0; index < raw.length; index += 2) {
    if ((raw[index] as string).toLowerCase() !== 'connection') continue;
    const value = (raw[index + 1] as string).toLowerCase();
    if (value === 'keep-alive' || value === 'close') continue;
    options ??= new Set();
    for (const option of value.split(',')) options.add(option.trim());
  }
  return options;
}

function quoted(host: string): string {
  return /^[A-Za-z0-9.-]+$/.test(host) ? host : `"${host.replace(/["\\]/g, '')}"`;
}
