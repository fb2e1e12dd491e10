import { isIP } from 'node:net';

/** An IP address as its 4 or 16 bytes. An IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2) is the IPv4 address it stands for. */
export type IpAddress = Uint8Array;

/** A range of addresses: those whose first `bits` bits are those of `base`. */
export interface AddressRange {
  readonly base: IpAddress;
  readonly bits: number;
}

/** The address, or null for anything that is no plain literal (names, brackets and zone ids included). */
export function parseIpAddress(text: string): IpAddress | null {
  const family = text.includes('%') ? 0 : isIP(text);
  if (family === 0) return null;
  if (family === 4) return Uint8Array.from(text.split('.'), Number);
  const bytes = ipv6Bytes(text);
  return isIn(bytes, mappedIpv4) ? bytes.slice(12) : bytes;
}

/** `10.0.0.0/8`, `fd00::/8` or one address. Throws RangeError saying what is wrong with the text. */
export function parseAddressRange(text: string): AddressRange {
  const [addressText = '', bitsText, ...rest] = text.split('/');
  const base = parseIpAddress(addressText);
  if (base === null || rest.length > 0) throw new RangeError(`"${text}" is not an IP address or range`);
  const bitsMax = base.length * 8;
  const bits = bitsText === undefined ? bitsMax : /^\d{1,3}$/.test(bitsText) ? Number(bitsText) : Number.NaN;
  if (!(bits <= bitsMax)) throw new RangeError(`"${text}" needs a prefix length from 0 to ${bitsMax}`);
  return { base, bits };
}

/** Whether the address is in the range. IPv4 and IPv6 are never in one another's ranges. */
export function isIn(address: IpAddress, { base, bits }: AddressRange): boolean {
  if (address.length !== base.length) return false;
  const wholeBytes = bits >> 3;
  for (let index = 0; index < wholeBytes; index++) if (address[index] !== base[index]) return false;
  const mask = 0xff00 >> (bits & 7);
  return ((address[wholeBytes] ?? 0) & mask & 0xff) === ((base[wholeBytes] ?? 0) & mask & 0xff);
}

/** The address as people write it; IPv6 in full groups. */
export function formatIpAddress(address: IpAddress): string {
  if (address.length === 4) return address.join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((address[index * 2] ?? 0) << 8) | (address[index * 2 + 1] ?? 0)).toString(16),
  );
  return groups.join(':');
}

const mappedIpv4: AddressRange = { base: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0), bits: 96 };

/** The text is known to be a valid IPv6 literal: at most one `::`, a dotted quad only at the end. */
function ipv6Bytes(text: string): Uint8Array {
  const [head = '', tail] = text.split('::');
  const headBytes = groupBytes(head);
  const tailBytes = groupBytes(tail ?? '');
  const bytes = new Uint8Array(16);
  bytes.set(headBytes);
  bytes.set(tailBytes, 16 - tailBytes.length);
  return bytes;
}

function groupBytes(groups: string): number[] {
  if (groups === '') return [];
  return groups.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
