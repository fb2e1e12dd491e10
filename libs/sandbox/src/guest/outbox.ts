import { OUTBOX } from '../isolate-protocol';
import { charCodeAt, NativeUint32Array, NativeUint8Array, now } from './primordials';

/** Publishes: the host sees what was written before. Taken at boot, before `Atomics` is taken away. */
type Store = (words: Uint32Array<SharedArrayBuffer>, index: number, value: number) => void;

let words: Uint32Array<SharedArrayBuffer> | null = null;
let bytes: Uint8Array<SharedArrayBuffer> | null = null;
let publish: Store | null = null;
/** Where the next record starts; at the end of the memory nothing fits. */
let end: number = OUTBOX.bytes;

export function bindOutbox(memory: SharedArrayBuffer, store: Store): void {
  words = new NativeUint32Array(memory);
  bytes = new NativeUint8Array(memory);
  publish = store;
}

/** An entry begins: the host has read everything, and reads again when it is over. */
export function openOutbox(): void {
  end = OUTBOX.recordsAt;
}

/** While the module loads nobody looks into it. */
export function closeOutbox(): void {
  end = OUTBOX.bytes;
}

/** Lays a post down for the host to read; false = it has to be sent. */
export function putInOutbox(posts: number, op: number, id: number, text: string, more: string): boolean {
  if (words === null || text.length > OUTBOX.textCharactersMax || more.length > OUTBOX.textCharactersMax) return false;
  const textAt = end + OUTBOX.recordHeaderBytes;
  if (textAt + (text.length + more.length) * 3 > OUTBOX.bytes) return false;
  const moreAt = putText(text, textAt);
  const to = moreAt < 0 ? -1 : putText(more, moreAt);
  if (to < 0) return false;
  const word = end >>> 2;
  words[word] = posts;
  words[word + 1] = op;
  words[word + 2] = id;
  words[word + 3] = moreAt - textAt;
  words[word + 4] = to - moreAt;
  words[word + 5] = now();
  end = (to + 3) & ~3;
  (publish as Store)(words, 0, end);
  return true;
}

/** Writes UTF-8 and says where it ends; -1 for a text with surrogates, which are rare and not worth their code here. */
function putText(text: string, at: number): number {
  const to = bytes as Uint8Array;
  for (let index = 0; index < text.length; index++) {
    const unit = charCodeAt(text, index);
    if (unit < 0x80) to[at++] = unit;
    else if (unit < 0x800) {
      to[at++] = 0xc0 | (unit >> 6);
      to[at++] = 0x80 | (unit & 0x3f);
    } else if (unit < 0xd800 || unit > 0xdfff) {
      to[at++] = 0xe0 | (unit >> 12);
      to[at++] = 0x80 | ((unit >> 6) & 0x3f);
      to[at++] = 0x80 | (unit & 0x3f);
    } else return -1;
  }
  return at;
}
