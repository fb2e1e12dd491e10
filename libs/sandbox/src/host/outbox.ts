import { OUTBOX } from '../isolate-protocol';

export interface OutboxRecord {
  readonly op: number;
  readonly id: number;
  /** UTF-8. */
  readonly text: Buffer;
  readonly more: string;
  /** Epoch ms it was written at, modulo 2^32. */
  readonly writtenAt: number;
}

const NOTHING: readonly OutboxRecord[] = [];

/** The host's side of an isolate's outbox. What stands in it outlives the isolate. */
export class Outbox {
  readonly memory = new SharedArrayBuffer(OUTBOX.bytes);
  private readonly words = new Uint32Array(this.memory);
  private readonly bytes = new Uint8Array(this.memory);
  private readAt: number = OUTBOX.recordsAt;

  /** Makes room for an entry. No thread is in the isolate, and everything was read. */
  empty(): void {
    this.readAt = OUTBOX.recordsAt;
    Atomics.store(this.words, 0, OUTBOX.recordsAt);
  }

  /** What was laid down since the last look and before the guest sent more than so many posts. The guest may go on writing meanwhile. */
  read(posts: number): readonly OutboxRecord[] {
    const end = Math.min(Atomics.load(this.words, 0), OUTBOX.bytes);
    if (end <= this.readAt) return NOTHING;
    // Read from a copy, with bounds checked as if the guest could write anything at any time: a wrong length cuts a text or ends the look.
    const bytes = Buffer.from(this.bytes.slice(this.readAt, end).buffer);
    const words = new Uint32Array(bytes.buffer, 0, bytes.length >>> 2);
    const records: OutboxRecord[] = [];
    let at = 0;
    while (at + OUTBOX.recordHeaderBytes <= bytes.length) {
      const word = at >>> 2;
      if ((((words[word] as number) - posts) | 0) > 0) break;
      const textAt = at + OUTBOX.recordHeaderBytes;
      const moreAt = Math.min(textAt + (words[word + 3] as number), bytes.length);
      const to = Math.min(moreAt + (words[word + 4] as number), bytes.length);
      records.push({
        op: words[word + 1] as number,
        id: words[word + 2] as number,
        text: bytes.subarray(textAt, moreAt),
        more: moreAt === to ? '' : bytes.toString('utf8', moreAt, to),
        writtenAt: words[word + 5] as number,
      });
      at = (to + 3) & ~3;
    }
    this.readAt += at;
    return records;
  }
}
