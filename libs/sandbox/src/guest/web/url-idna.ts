/**
 * What `whatwg-url` needs of `tr46`: domain to ASCII. ASCII domains without punycode are only lowercased; everything else is
 * the host's (ICU's tables would double the size of the snapshot).
 */
import { hostCall } from '../invocation-state';
import { charCodeAt, indexOf, toLowerCase } from '../primordials';

/** Longer than any valid domain, even with every character escaped. */
const DOMAIN_CHARACTERS_MAX = 2_048;

export function toASCII(domain: string): string | null {
  const lower = toLowerCase(domain);
  if (isAscii(domain) && indexOf(lower, 'xn--') < 0) return lower;
  if (domain.length > DOMAIN_CHARACTERS_MAX) return null;
  const ascii = hostCall().domainToAscii(domain);
  return ascii === '' ? null : ascii;
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (charCodeAt(text, at) > 0x7f) return false;
  return true;
}
