/* eslint-disable @typescript-eslint/unbound-method -- intrinsics are taken off their prototypes on purpose */
import { charCodeAt, fromCharCode, NativeTypeError, NativeUint8Array, slice, toText, uncurry } from '../primordials';
import { DOMException } from './dom-exception';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new NativeUint8Array(128).fill(255);
for (let at = 0; at < 64; at++) VALUES[ALPHABET.charCodeAt(at)] = at;
const replace = uncurry(String.prototype.replaceAll as (pattern: RegExp, replacement: string) => string);

/** https://html.spec.whatwg.org/#dom-btoa */
export function btoa(...args: unknown[]): string {
  if (args.length === 0) throw new NativeTypeError('btoa needs an argument');
  const text = toText(args[0]);
  let encoded = '';
  for (let at = 0; at < text.length; at += 3) {
    const first = latin1(text, at);
    const second = at + 1 < text.length ? latin1(text, at + 1) : 0;
    const third = at + 2 < text.length ? latin1(text, at + 2) : 0;
    encoded += (ALPHABET[first >> 2] as string) + (ALPHABET[((first & 3) << 4) | (second >> 4)] as string);
    encoded += at + 1 < text.length ? (ALPHABET[((second & 15) << 2) | (third >> 6)] as string) : '=';
    encoded += at + 2 < text.length ? (ALPHABET[third & 63] as string) : '=';
  }
  return encoded;
}

/** https://infra.spec.whatwg.org/#forgiving-base64-decode */
export function atob(...args: unknown[]): string {
  if (args.length === 0) throw new NativeTypeError('atob needs an argument');
  let text = replace(toText(args[0]), /[\t\n\f\r ]/g, '');
  if (text.length % 4 === 0 && text.length > 0) {
    if (charCodeAt(text, text.length - 1) === 61)
      text = slice(text, 0, charCodeAt(text, text.length - 2) === 61 ? -2 : -1);
  }
  if (text.length % 4 === 1) throw notDecodable();
  let decoded = '';
  let bits = 0;
  let held = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = charCodeAt(text, at);
    const value = unit < 128 ? (VALUES[unit] as number) : 255;
    if (value === 255) throw notDecodable();
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    decoded += fromCharCode((held >> bits) & 255);
  }
  return decoded;
}

function latin1(text: string, at: number): number {
  const unit = charCodeAt(text, at);
  if (unit > 255)
    throw new DOMException(
      'The string to be encoded contains characters outside of the Latin1 range.',
      'InvalidCharacterError',
    );
  return unit;
}

function notDecodable(): DOMException {
  return new DOMException('The string to be decoded is not correctly encoded.', 'InvalidCharacterError');
}
