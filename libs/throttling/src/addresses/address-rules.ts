import {
  blockContains,
  parseAddress,
  parseAddressBlock,
  type AddressBlock,
  type ClientAddressSettings,
} from '@sluice/contracts';

/**
 * Which addresses may come in: none of those denied; of the others all, or where `allow` is given those it names.
 * An address that is none (a unix socket's peer) is on no list: only an `allow` keeps it out.
 */
export class AddressRules {
  private readonly allow: readonly AddressBlock[] | null;
  private readonly deny: readonly AddressBlock[];

  /** The blocks were checked when they were stored; one that is none would match nothing. */
  constructor({ allow, deny }: Pick<ClientAddressSettings, 'allow' | 'deny'>) {
    this.allow = allow === undefined ? null : blocksOf(allow);
    this.deny = blocksOf(deny ?? []);
  }

  admits(address: string): boolean {
    const words = parseAddress(address);
    if (words === null) return this.allow === null;
    if (this.deny.some((block) => blockContains(block, words))) return false;
    return this.allow === null || this.allow.some((block) => blockContains(block, words));
  }
}

function blocksOf(texts: readonly string[]): AddressBlock[] {
  return texts.flatMap((text) => parseAddressBlock(text) ?? []);
}

/** Whom an address is counted as: an IPv4 address by itself, an IPv6 address by its /64, for that is what one subscriber gets. */
export function clientNetwork(address: string): string {
  const words = parseAddress(address);
  if (words === null) return address;
  const [first, second, third, fourth] = words;
  if (first === 0 && second === 0 && third === 0xffff)
    return `${fourth >>> 24}.${(fourth >>> 16) & 255}.${(fourth >>> 8) & 255}.${fourth & 255}`;
  return `${hex(first)}.${hex(second)}/64`;
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}
