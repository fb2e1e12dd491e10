import { OUTBOX } from '../isolate-protocol';

export interface OutboxRecord {
  readonly op: number;
  readonly id: number;
  /** UTF-8; a view of shared memory that the next entry overwrites. */
  readonly text: Buffer;
  readonly more: string;
}

/** The host's side of an isolate's outbox. What stands in it outlives the isolate. */
export class Outbox {
  readonly memory = new SharedArrayBuffer(OUTBOX.bytes);
  private readonly words = new Uint32Array(this.memory);
  private readonly bytes = Buffer.from(this.memory);
  private readAt: number = OUTBOX.recordsAt;

  /** Makes room for an entry. No thread is in the isolate, and everything was read. */
  empty(): void {
    this.readAt = OUTBOX.recordsAt;
    Atomics.store(this.words, 0, OUTBOX.recordsAt);
  }

  /** What was laid down since the last look and before the guest sent more than so many posts. The guest may go on writing meanwhile. */
  read(posts: number): OutboxRecord[] {
    const records: OutboxRecord[] = [];
    // Bounds are checked as if the guest could write anything: a wrong length cuts a text or ends the look.
    const end = Math.min(Atomics.load(this.words, 0), OUTBOX.bytes);
    while (this.readAt + OUTBOX.recordHeaderBytes <= end) {
      const word = this.readAt >>> 2;
      if ((((this.words[word] as number) - posts) | 0) > 0) break;
      const textAt = this.readAt + OUTBOX.recordHeaderBytes;
      const moreAt = Math.min(textAt + (this.words[word + 3] as number), end);
      const to = Math.min(moreAt + (this.words[word + 4] as number), end);
      records.push({
        op: this.words[word + 1] as number,
        id: this.words[word + 2] as number,
        text: this.bytes.subarray(textAt, moreAt),
        more: moreAt === to ? '' : this.bytes.toString('utf8', moreAt, to),
      });
      this.readAt = (to + 3) & ~3;
    }
    return records;
  }
}
