import { type AddressRange, type IpAddress, isIn, parseAddressRange } from './ip-address';

const ranges = (...texts: string[]): readonly AddressRange[] => texts.map(parseAddressRange);

/** IPv4 that is not public unicast: IANA's special-purpose registry (RFC 6890 and its updates), multicast and the reserved rest. */
const notPublicIpv4 = ranges(
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
);

/** Global unicast (RFC 4291 §2.4). Loopback, unique local, link-local, multicast and NAT64's local prefix are all outside. */
const [globalIpv6] = ranges('2000::/3') as [AddressRange];
const notPublicIpv6 = ranges('2001::/23', '2001:db8::/32', '3fff::/20');

/**
 * IPv6 that carries an IPv4 address which a router, a tunnel or the kernel may take the packet to.
 * `at` says where; Teredo (RFC 4380) has the server's address and, inverted, the client's.
 */
const embeddings: readonly { range: AddressRange; at: readonly { offset: number; inverted?: true }[] }[] = [
  { range: parseAddressRange('::/96'), at: [{ offset: 12 }] }, // IPv4-compatible, RFC 4291 §2.5.5.1
  { range: parseAddressRange('64:ff9b::/96'), at: [{ offset: 12 }] }, // NAT64, RFC 6052
  { range: parseAddressRange('2002::/16'), at: [{ offset: 2 }] }, // 6to4, RFC 3056
  { range: parseAddressRange('2001::/32'), at: [{ offset: 4 }, { offset: 12, inverted: true }] },
];

/** Whether the address, and every IPv4 address inside it, is public unicast. */
export function isPublicAddress(address: IpAddress): boolean {
  if (address.length === 4) return !notPublicIpv4.some((range) => isIn(address, range));
  const embedding = embeddings.find(({ range }) => isIn(address, range));
  if (embedding !== undefined) {
    return embedding.at.every(({ offset, inverted }) => {
      const bytes = address.slice(offset, offset + 4);
      return isPublicAddress(inverted ? bytes.map((byte) => byte ^ 0xff) : bytes);
    });
  }
  return isIn(address, globalIpv6) && !notPublicIpv6.some((range) => isIn(address, range));
}
