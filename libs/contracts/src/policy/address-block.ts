/** An IP address as four 32-bit words; an IPv4 address is its IPv4-mapped IPv6 form (RFC 4291 §2.5.5.2), so both spellings are one. */
export type AddressWords = readonly [number, number, number, number];

/** A CIDR block (RFC 4632): every address whose first `prefixBits` of 128 are those of `words`. */
export interface AddressBlock {
  readonly words: AddressWords;
  readonly prefixBits: number;
}

/** Reads an IPv4 or IPv6 address, or null. IPv4 octets are decimal without leading zeros; zones (`%eth0`) are no part of an address. */
export function parseAddress(text: string): AddressWords | null {
  if (!text.includes(':')) {
    const word = ipv4Word(text);
    return word === null ? null : [0, 0, 0xffff, word];
  }
  const groups = ipv6Groups(text);
  if (groups === null) return null;
  const word = (index: number): number => (((groups[index] ?? 0) << 16) | (groups[index + 1] ?? 0)) >>> 0;
  return [word(0), word(2), word(4), word(6)];
}

/** Reads `203.0.113.0/24`, `2001:db8::/32` or a single address, or null. Bits after the prefix are ignored, as AWS does. */
export function parseAddressBlock(text: string): AddressBlock | null {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const words = parseAddress(address);
  if (words === null) return null;
  const bitsMax = address.includes(':') ? 128 : 32;
  const prefix = bits === undefined ? bitsMax : Number(bits);
  if (prefix > bitsMax) return null;
  return { words, prefixBits: prefix + 128 - bitsMax };
}

export function blockContains({ words, prefixBits }: AddressBlock, address: AddressWords): boolean {
  for (let index = 0; index < 4; index++) {
    const bits = Math.min(32, Math.max(0, prefixBits - index * 32));
    if (bits === 0) return true;
    const shift = 32 - bits;
    if ((words[index] as number) >>> shift !== (address[index] as number) >>> shift) return false;
  }
  return true;
}

function ipv4Word(text: string): number | null {
  const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1) ?? [];
  let word = 0;
  for (const octet of octets) {
    if (Number(octet) > 255 || (octet.length > 1 && octet.startsWith('0'))) return null;
    word = word * 256 + Number(octet);
  }
  return octets.length === 4 ? word : null;
}

/** Eight 16-bit groups; `::` stands for as many zero groups as are missing, and the last two may be dotted (RFC 4291 §2.2). */
function ipv6Groups(text: string): number[] | null {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return null;
  const left = groupsOf(head, tail === undefined);
  const right = tail === undefined ? [] : groupsOf(tail, true);
  if (left === null || right === null) return null;
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  return [...left, ...new Array<number>(missing).fill(0), ...right];
}

function groupsOf(text: string, mayEndDotted: boolean): number[] | null {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (/^[0-9A-Fa-f]{1,4}$/.test(part)) groups.push(parseInt(part, 16));
    else {
      const word = mayEndDotted && index === parts.length - 1 ? ipv4Word(part) : null;
      if (word === null) return null;
      groups.push(word >>> 16, word & 0xffff);
    }
  }
  return groups;
}
