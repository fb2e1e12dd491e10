import { type AddressRange, type IpAddress, isIn, parseAddressRange } from './ip-address';

/** One thing the operator allows: a range of addresses or a host name, at the usual ports, at one port or at every port. */
export interface EgressRule {
  readonly target: { readonly range: AddressRange } | { readonly host: string } | { readonly domain: string };
  readonly port: number | 'usual' | 'any';
}

const HOST = /^(?:\*\.)?[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_-]{1,63})*$/;
const FORMS =
  'write an address or range (10.0.0.0/8, [fd00::/8]), a host (db.internal, *.internal), each with :port or :* if wanted';

/** A comma-separated list. Throws RangeError naming the item that is wrong and the forms there are. */
export function parseEgressRules(list: string): readonly EgressRule[] {
  return list
    .split(',')
    .map((item) => item.trim().toLowerCase())
    .filter((item) => item !== '')
    .map(parseRule);
}

/** A comma-separated list of port numbers. Throws RangeError naming the item that is wrong. */
export function parsePorts(list: string): readonly number[] {
  return list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map((item) => parsePort(item, item));
}

/** Whether the rule is about this host or this address of it. */
export function ruleNames({ target }: EgressRule, host: string, address: IpAddress): boolean {
  if ('range' in target) return isIn(address, target.range);
  if ('host' in target) return host === target.host;
  return host.endsWith(target.domain);
}

function parseRule(text: string): EgressRule {
  const { name, portText } = splitPort(text);
  const target = parseTarget(name, text);
  return { target, port: portText === undefined ? 'usual' : portText === '*' ? 'any' : parsePort(portText, text) };
}

function parseTarget(name: string, text: string): EgressRule['target'] {
  if (name.includes(':') || /^[\d./]+$/.test(name)) {
    try {
      return { range: parseAddressRange(name) };
    } catch (error) {
      throw new RangeError(`${(error as RangeError).message}; ${FORMS}`, { cause: error });
    }
  }
  if (!HOST.test(name) || text.includes('/'))
    throw new RangeError(`"${text}" is not a host, address or range; ${FORMS}`);
  return name.startsWith('*.') ? { domain: name.slice(1) } : { host: name };
}

/** `[v6]:port`, `v4:port`, `host:port`; more than one colon without brackets is an IPv6 address without a port. */
function splitPort(text: string): { name: string; portText: string | undefined } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed !== null) return { name: bracketed[1] ?? '', portText: bracketed[2] };
  const [name = '', portText, ...more] = text.split(':');
  return more.length > 0 ? { name: text, portText: undefined } : { name, portText };
}

function parsePort(text: string, item: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new RangeError(`"${item}" needs a port from 1 to 65535`);
  return port;
}
