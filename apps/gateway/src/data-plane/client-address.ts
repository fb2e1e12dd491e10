import { type TrustedProxies } from '@sluice/config';
import { blockContains, parseAddress, type AddressBlock } from '@sluice/contracts';

/** The address a request is made from, of the address of its connection and its `X-Forwarded-For` ('' = none). */
export type ClientAddress = (peer: string, forwardedFor: string) => string;

/**
 * Anybody can write an `X-Forwarded-For`, so nothing in it counts but what trusted proxies have appended, read from the right: with a
 * number of proxies the entry that the outermost of them wrote; with their addresses the first that is none of theirs. What is not
 * there, or is no address, leaves the last address that is known to be true.
 */
export function clientAddress(trusted: TrustedProxies): ClientAddress {
  switch (trusted.kind) {
    case 'none':
      return (peer) => peer;
    case 'count':
      return (peer, forwardedFor) => {
        const entries = forwardedFor.split(',');
        return addressOf(entries[entries.length - trusted.proxies]) ?? peer;
      };
    case 'blocks':
      return (peer, forwardedFor) => firstUntrusted(trusted.blocks, peer, forwardedFor);
  }
}

/** IPv4 clients of a dual-stack socket are seen by their IPv4 address. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}

function firstUntrusted(blocks: readonly AddressBlock[], peer: string, forwardedFor: string): string {
  let address = peer;
  let end = forwardedFor.length;
  while (end > 0 && isIn(blocks, address)) {
    const comma = forwardedFor.lastIndexOf(',', end - 1);
    const before = addressOf(forwardedFor.slice(comma + 1, end));
    if (before === null) return address;
    address = before;
    end = comma;
  }
  return address;
}

function isIn(blocks: readonly AddressBlock[], address: string): boolean {
  const words = parseAddress(address);
  return words !== null && blocks.some((block) => blockContains(block, words));
}

/** An entry as an address, without the port and brackets that some proxies write; null = it is none. */
function addressOf(entry: string | undefined): string | null {
  const text = entry?.trim() ?? '';
  const bare = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1] ?? text;
  return parseAddress(bare) === null ? null : plainAddress(bare);
}
