import { SluiceError } from '@sluice/contracts';
import { type EgressRule, parseEgressRules, parsePorts, ruleNames } from './egress-rule';
import { formatIpAddress, parseIpAddress } from './ip-address';
import { isPublicAddress } from './public-address';

const USUAL_PORTS = [80, 443];

/**
 * Where the platform may connect to on behalf of what its users configured: public unicast addresses at ports 80 and 443,
 * and what the operator lists. Whoever connects asks about the address it connects to, never about a name it resolved before.
 */
export class EgressPolicy {
  private constructor(
    private readonly rules: readonly EgressRule[],
    private readonly ports: ReadonlySet<number>,
  ) {}

  /** `allow` is the text of SLUICE_EGRESS_ALLOW, `ports` that of SLUICE_EGRESS_PORTS. Throws RangeError naming setting and item. */
  static parse(allow: string, ports: string): EgressPolicy {
    const rules = naming('SLUICE_EGRESS_ALLOW', () => parseEgressRules(allow));
    return new EgressPolicy(
      rules,
      new Set([...USUAL_PORTS, ...naming('SLUICE_EGRESS_PORTS', () => parsePorts(ports))]),
    );
  }

  /** Throws EGRESS_DENIED unless `address`, one that `host` resolved to, may be connected to at `port`. */
  checkAddress(host: string, address: string, port: number): void {
    const bytes = parseIpAddress(address);
    if (bytes === null) throw denied(`"${address}" is not an IP address.`);
    const name = normalHost(host);
    const naming = this.rules.filter((rule) => ruleNames(rule, name, bytes));
    if (naming.some((rule) => rule.port === 'any' || rule.port === port)) return;
    const isUsualPort = this.ports.has(port);
    if (isUsualPort && naming.some((rule) => rule.port === 'usual')) return;
    const shown = formatIpAddress(bytes);
    const target = name === address ? shown : `${name} (${shown})`;
    if (!isPublicAddress(bytes)) {
      throw denied(
        `${target} is not a public address. If this gateway should reach it, the operator adds ${ruleText(name, port, isUsualPort)} to SLUICE_EGRESS_ALLOW.`,
      );
    }
    if (isUsualPort) return;
    throw denied(
      `Port ${port} of ${target} is not allowed (ports: ${[...this.ports].join(', ')}). The operator adds ${ruleText(name, port, false)} to SLUICE_EGRESS_ALLOW, or ${port} to SLUICE_EGRESS_PORTS.`,
    );
  }

  /**
   * What can be said about a URL before anything is resolved: the scheme, credentials in it, and an address literal.
   * Throws EGRESS_DENIED. Passing says nothing about a name: its addresses are checked when they are connected to.
   */
  checkUrl(url: URL): void {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      throw denied(`${url.protocol} is not a scheme the gateway connects with; use http: or https:.`);
    }
    if (url.username !== '' || url.password !== '') {
      throw denied('The URL has a user name or password in it; send credentials in a header.');
    }
    const host = unbracketed(url.hostname);
    if (parseIpAddress(host) !== null) this.checkAddress(host, host, portOf(url));
  }
}

/** The port of a URL, spelled out. */
export function portOf(url: URL): number {
  return url.port !== '' ? Number(url.port) : url.protocol === 'https:' ? 443 : 80;
}

/** A host as names and literals are compared: without IPv6 brackets. */
export function unbracketed(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

function naming<T>(setting: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new RangeError(`${setting}: ${(error as RangeError).message}`, { cause: error });
  }
}

function normalHost(host: string): string {
  const lower = host.toLowerCase();
  return lower.endsWith('.') ? lower.slice(0, -1) : lower;
}

function ruleText(host: string, port: number, isUsualPort: boolean): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return isUsualPort ? name : `${name}:${port}`;
}

function denied(message: string): SluiceError {
  return new SluiceError('EGRESS_DENIED', message);
}
