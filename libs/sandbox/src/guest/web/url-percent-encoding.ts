/* eslint-disable @typescript-eslint/unbound-method -- intrinsics are taken off their prototypes on purpose */
/** What `whatwg-url` needs of `@exodus/bytes/whatwg.js`, for UTF-8, the only encoding the URL API uses. */
import { charCodeAt, toWellFormed, toText, indexOf, fromCharCode } from '../primordials';
import { TextEncoder } from './text-encoder';

const encode = TextEncoder.prototype.encode;
const HEX: string[] = [];
for (let byte = 0; byte < 256; byte++) HEX[byte] = `%${(byte + 256).toString(16).slice(1).toUpperCase()}`;

/** https://url.spec.whatwg.org/#string-percent-encode-after-encoding; `set` is what is encoded besides C0 controls and above ~. */
export function percentEncodeAfterEncoding(
  _encoding: string,
  input: unknown,
  set: string,
  spaceAsPlus = false,
): string {
  const text = toWellFormed(toText(input));
  let from = 0;
  while (from < text.length && !mustEncode(charCodeAt(text, from), set)) from++;
  if (from === text.length && !spaceAsPlus) return text;
  let encoded = '';
  const bytes = encode(text);
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (spaceAsPlus && byte === 0x20) encoded += '+';
    else encoded += mustEncode(byte, set) ? (HEX[byte] as string) : fromCharCode(byte);
  }
  return encoded;
}

function mustEncode(unit: number, set: string): boolean {
  return unit < 0x20 || unit > 0x7e || indexOf(set, fromCharCode(unit)) >= 0;
}
