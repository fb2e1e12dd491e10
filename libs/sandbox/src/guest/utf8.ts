import { charCodeAt, slice } from './primordials';

/** Bytes of UTF-8 the text becomes; a lone surrogate counts as U+FFFD. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = charCodeAt(text, at);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text, at + 1)) {
      bytes += 2;
      at++;
    } else bytes += 2;
  }
  return bytes;
}

/** The longest start of the text that is at most so many bytes of UTF-8 and does not cut a character. */
export function cutUtf8(text: string, bytesMax: number): string {
  if (text.length * 3 <= bytesMax) return text;
  let bytes = 0;
  let at = 0;
  for (; at < text.length; at++) {
    const unit = charCodeAt(text, at);
    const pair = unit >= 0xd800 && unit < 0xdc00 && isLowSurrogate(text, at + 1);
    bytes += unit < 0x80 ? 1 : unit < 0x800 ? 2 : pair ? 4 : 3;
    if (bytes > bytesMax) return slice(text, 0, at);
    if (pair) at++;
  }
  return text;
}

function isLowSurrogate(text: string, at: number): boolean {
  const unit = at < text.length ? charCodeAt(text, at) : 0;
  return unit >= 0xdc00 && unit < 0xe000;
}
