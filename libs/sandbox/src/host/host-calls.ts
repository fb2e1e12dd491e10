import { randomFillSync } from 'node:crypto';
import { domainToASCII } from 'node:url';
import ivm from 'isolated-vm';

const RANDOM_BYTES_MAX = 65_536;
const DOMAIN_CHARACTERS_MAX = 2_048;

/**
 * The synchronous calls a guest may make. Each takes well under 1 ms, never throws (an error would carry the host's stack)
 * and is counted by the guest's own budget before it crosses.
 */
export const randomBytes = new ivm.Callback((count: unknown): Uint8Array => {
  const wanted = typeof count === 'number' && count >= 0 && count <= RANDOM_BYTES_MAX ? Math.floor(count) : 0;
  return randomFillSync(new Uint8Array(wanted));
});

/** '' = not a valid domain. */
export const domainToAscii = new ivm.Callback((domain: unknown): string =>
  typeof domain === 'string' && domain.length <= DOMAIN_CHARACTERS_MAX ? domainToASCII(domain) : '',
);
