/* eslint-disable @typescript-eslint/unbound-method -- intrinsics are taken off their prototypes on purpose */
import { charCodeAt, defineProperty, NativeTypeError, NativeUint8Array, toText, uncurry } from '../primordials';
import { typedArrayName } from './buffer-source';

const sliceBytes = uncurry(Uint8Array.prototype.slice);
const subarray = uncurry(Uint8Array.prototype.subarray);
const setBytes = uncurry(Uint8Array.prototype.set);

/** https://encoding.spec.whatwg.org/#interface-textencoder */
export class TextEncoder {
  get encoding(): string {
    return 'utf-8';
  }

  encode(input: unknown = ''): Uint8Array {
    const text = toText(input);
    const units = text.length;
    const ascii = new NativeUint8Array(units);
    let at = 0;
    for (; at < units; at++) {
      const unit = charCodeAt(text, at);
      if (unit > 0x7f) break;
      ascii[at] = unit;
    }
    if (at === units) return ascii;
    const bytes = new NativeUint8Array(at + (units - at) * 3);
    setBytes(bytes, subarray(ascii, 0, at));
    const { written } = encodeFrom(text, at, bytes, at);
    return sliceBytes(bytes, 0, written);
  }

  encodeInto(input: unknown, destination: unknown): { read: number; written: number } {
    const text = toText(input);
    if (typedArrayName(destination) !== 'Uint8Array') throw new NativeTypeError('The destination must be a Uint8Array');
    return encodeFrom(text, 0, destination as Uint8Array, 0);
  }
}
defineProperty(TextEncoder.prototype, Symbol.toStringTag, { value: 'TextEncoder', configurable: true });

/** Encodes from one index of the text on into the bytes from another on, whole characters only, until either ends. */
function encodeFrom(text: string, from: number, bytes: Uint8Array, to: number): { read: number; written: number } {
  const length = bytes.length;
  let at = from;
  for (; at < text.length; at++) {
    let code = charCodeAt(text, at);
    if (code < 0x80) {
      if (to + 1 > length) break;
      bytes[to++] = code;
    } else if (code < 0x800) {
      if (to + 2 > length) break;
      bytes[to++] = 0xc0 | (code >> 6);
      bytes[to++] = 0x80 | (code & 0x3f);
    } else {
      if (code >= 0xd800 && code < 0xe000) {
        const low = code < 0xdc00 && at + 1 < text.length ? charCodeAt(text, at + 1) : 0;
        if (low >= 0xdc00 && low < 0xe000) {
          if (to + 4 > length) break;
          const point = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
          bytes[to++] = 0xf0 | (point >> 18);
          bytes[to++] = 0x80 | ((point >> 12) & 0x3f);
          bytes[to++] = 0x80 | ((point >> 6) & 0x3f);
          bytes[to++] = 0x80 | (point & 0x3f);
          at++;
          continue;
        }
        code = 0xfffd;
      }
      if (to + 3 > length) break;
      bytes[to++] = 0xe0 | (code >> 12);
      bytes[to++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[to++] = 0x80 | (code & 0x3f);
    }
  }
  return { read: at - from, written: to };
}
