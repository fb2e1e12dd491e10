import { OUTBOX } from '../isolate-protocol';
import { charCodeAt, NativeUint32Array, NativeUint8Array } from './primordials';

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
  if (words === null || text.length > OUTBOX.textBytesMax || more.length > OUTBOX.textBytesMax) return false;
  const textAt = end + OUTBOX.recordHeaderBytes;
  const moreAt = textAt + text.length;
  const to = moreAt + more.length;
  if (to > OUTBOX.bytes || !putText(text, textAt) || !putText(more, moreAt)) return false;
  const word = end >>> 2;
  words[word] = posts;
  words[word + 1] = op;
  words[word + 2] = id;
  words[word + 3] = text.length;
  words[word + 4] = more.length;
  end = (to + 3) & ~3;
  (publish as Store)(words, 0, end);
  return true;
}

function putText(text: string, at: number): boolean {
  const to = bytes as Uint8Array;
  for (let index = 0; index < text.length; index++) {
    const unit = charCodeAt(text, index);
    if (unit > 0x7f) return false;
    to[at + index] = unit;
  }
  return true;
}
