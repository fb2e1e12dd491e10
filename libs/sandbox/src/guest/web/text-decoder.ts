/* eslint-disable @typescript-eslint/unbound-method -- intrinsics are taken off their prototypes on purpose */
import {
  apply,
  charCodeAt,
  defineProperty,
  fromCharCode,
  NativeRangeError,
  NativeTypeError,
  NativeUint8Array,
  slice,
  toLowerCase,
  toText,
  toWellFormed,
  uncurry,
} from '../primordials';
import { bytesOf } from './buffer-source';

type Encoding = 'utf-8' | 'utf-16le' | 'windows-1252';

/** https://encoding.spec.whatwg.org/#names-and-labels, for the three encodings that are here. */
const LABELS: Record<Encoding, string> = {
  'utf-8': ' unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8 ',
  'utf-16le': ' csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le ',
  'windows-1252':
    ' ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252 ',
};
/** What windows-1252 puts at 0x80 to 0x9f. */
const WINDOWS_1252 =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178';
const UNITS_AT_ONCE = 4_096;

const subarray = uncurry(Uint8Array.prototype.subarray);
const sliceBytes = uncurry(Uint8Array.prototype.slice);
const setBytes = uncurry(Uint8Array.prototype.set);
const trim = uncurry(String.prototype.trim);
const includes = uncurry(String.prototype.includes);

/** https://encoding.spec.whatwg.org/#interface-textdecoder, for UTF-8, UTF-16LE and windows-1252 (= latin1); others are refused. */
export class TextDecoder {
  readonly #encoding: Encoding;
  readonly #fatal: boolean;
  readonly #ignoreBom: boolean;
  /** Bytes of an unfinished character, kept between streamed calls. */
  #pending = new NativeUint8Array(0);
  #bomSeen = false;

  constructor(label: unknown = 'utf-8', options?: { fatal?: unknown; ignoreBOM?: unknown } | null) {
    this.#encoding = encodingOf(toText(label));
    this.#fatal = Boolean(options?.fatal);
    this.#ignoreBom = Boolean(options?.ignoreBOM);
  }

  get encoding(): string {
    return this.#encoding;
  }

  get fatal(): boolean {
    return this.#fatal;
  }

  get ignoreBOM(): boolean {
    return this.#ignoreBom;
  }

  decode(input?: unknown, options?: { stream?: unknown } | null): string {
    const stream = Boolean(options?.stream);
    let bytes = input === undefined ? new NativeUint8Array(0) : bytesOf(input);
    if (this.#pending.length > 0) {
      const joined = new NativeUint8Array(this.#pending.length + bytes.length);
      setBytes(joined, this.#pending);
      setBytes(joined, bytes, this.#pending.length);
      bytes = joined;
      this.#pending = new NativeUint8Array(0);
    }
    let text: string;
    try {
      if (this.#encoding === 'windows-1252') text = decodeWindows1252(bytes);
      else {
        const usable = stream ? completeBytes(this.#encoding, bytes) : bytes.length;
        this.#pending = sliceBytes(bytes, usable);
        const whole = usable === bytes.length ? bytes : subarray(bytes, 0, usable);
        text = this.#encoding === 'utf-8' ? decodeUtf8(whole, this.#fatal) : decodeUtf16(whole, this.#fatal);
      }
    } catch (error) {
      this.#bomSeen = false;
      this.#pending = new NativeUint8Array(0);
      throw error;
    }
    if (!this.#bomSeen && text.length > 0) {
      this.#bomSeen = true;
      if (!this.#ignoreBom && this.#encoding !== 'windows-1252' && charCodeAt(text, 0) === 0xfeff)
        text = slice(text, 1);
    }
    if (!stream) this.#bomSeen = false;
    return text;
  }
}
defineProperty(TextDecoder.prototype, Symbol.toStringTag, { value: 'TextDecoder', configurable: true });

function encodingOf(label: string): Encoding {
  const name = ` ${toLowerCase(trim(label))} `;
  for (const encoding of ['utf-8', 'utf-16le', 'windows-1252'] as const) {
    if (name.length > 2 && includes(LABELS[encoding], name)) return encoding;
  }
  throw new NativeRangeError(`The "${slice(label, 0, 100)}" encoding is not supported`);
}

function decodeWindows1252(bytes: Uint8Array): string {
  return inChunks(bytes, (chunk) => {
    let text = '';
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      text += byte >= 0x80 && byte < 0xa0 ? (WINDOWS_1252[byte - 0x80] as string) : fromCharCode(byte);
    }
    return text;
  });
}

function inChunks(bytes: Uint8Array, decode: (chunk: Uint8Array) => string): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += UNITS_AT_ONCE) text += decode(subarray(bytes, at, at + UNITS_AT_ONCE));
  return text;
}

function decodeUtf16(bytes: Uint8Array, fatal: boolean): string {
  const pairs = bytes.length - (bytes.length % 2);
  let text = '';
  for (let at = 0; at < pairs; at += 2) text += fromCharCode((bytes[at] as number) | ((bytes[at + 1] as number) << 8));
  const formed = toWellFormed(text);
  if (fatal && (formed !== text || pairs < bytes.length)) throw invalid('utf-16le');
  return pairs < bytes.length ? `${formed}\ufffd` : formed;
}

function invalid(encoding: string): TypeError {
  return new NativeTypeError(`The encoded data was not valid for encoding ${encoding}`);
}

/** How many bytes from the front do not end inside a character that later bytes could complete. */
function completeBytes(encoding: Encoding, bytes: Uint8Array): number {
  const { length } = bytes;
  if (encoding === 'utf-16le') {
    const pairs = length - (length % 2);
    const high = pairs >= 2 && ((bytes[pairs - 1] as number) & 0xfc) === 0xd8;
    return high ? pairs - 2 : pairs;
  }
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = bytes[length - back] as number;
    if (byte < 0x80) return length;
    if (byte >= 0xc2 && byte <= 0xf4) {
      const needed = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
      if (back >= needed) return length;
      // A lead whose second byte is already impossible is no start of anything.
      return back === 1 || isSecondByte(byte, bytes[length - back + 1] as number) ? length - back : length;
    }
    if (byte >= 0xc0) return length;
  }
  return length;
}

function isSecondByte(lead: number, byte: number): boolean {
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  return byte >= low && byte <= high;
}

/** https://encoding.spec.whatwg.org/#utf-8-decoder: one U+FFFD per maximal part of an ill-formed sequence. */
function decodeUtf8(bytes: Uint8Array, fatal: boolean): string {
  const { length } = bytes;
  let text = '';
  let at = 0;
  while (at < length) {
    let end = at;
    while (end < length && (bytes[end] as number) < 0x80) end++;
    for (; at < end; at += UNITS_AT_ONCE) {
      text += apply(
        fromCharCode,
        null,
        subarray(bytes, at, end - at > UNITS_AT_ONCE ? at + UNITS_AT_ONCE : end),
      ) as string;
    }
    at = end;
    if (at >= length) break;
    const lead = bytes[at] as number;
    const needed = lead < 0xc2 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : 0;
    let point = needed === 1 ? lead & 0x1f : needed === 2 ? lead & 0x0f : lead & 0x07;
    let got = 0;
    while (got < needed && at + 1 + got < length) {
      const byte = bytes[at + 1 + got] as number;
      if (got === 0 ? !isSecondByte(lead, byte) : (byte & 0xc0) !== 0x80) break;
      point = (point << 6) | (byte & 0x3f);
      got++;
    }
    at += 1 + got;
    if (needed === 0 || got < needed) {
      if (fatal) throw invalid('utf-8');
      text += '\ufffd';
    } else if (point < 0x10000) text += fromCharCode(point);
    else text += fromCharCode(0xd800 | ((point - 0x10000) >> 10), 0xdc00 | ((point - 0x10000) & 0x3ff));
  }
  return text;
}
