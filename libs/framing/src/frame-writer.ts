import { type Writable } from 'node:stream';

/** u32 length of what follows · u8 kind · u32 id · bytes. Integers are big-endian. */
export const FRAME_HEADER_BYTES = 9;

const CHUNK_BYTES = 64 * 1024;
/** Past this much unflushed data waiting saves nothing. */
const FLUSH_BYTES = 256 * 1024;

/**
 * Writes frames to a stream, all frames that one callback makes in one write right after it.
 * `begin … end` brackets one frame; the calls between append to its payload.
 */
export class FrameWriter {
  private buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  private length = 0;
  private frameStart = -1;
  private scheduled = false;

  constructor(private readonly stream: Writable) {}

  begin(kind: number, id: number): this {
    this.reserve(FRAME_HEADER_BYTES);
    this.frameStart = this.length;
    this.buffer[this.length + 4] = kind;
    this.buffer.writeUInt32BE(id, this.length + 5);
    this.length += FRAME_HEADER_BYTES;
    return this;
  }

  u8(value: number): this {
    this.reserve(1);
    this.buffer[this.length++] = value;
    return this;
  }

  u16(value: number): this {
    this.reserve(2);
    this.length = this.buffer.writeUInt16BE(value, this.length);
    return this;
  }

  u32(value: number): this {
    this.reserve(4);
    this.length = this.buffer.writeUInt32BE(value, this.length);
    return this;
  }

  /** A time in ms or another number that needs more than 32 bits. */
  f64(value: number): this {
    this.reserve(8);
    this.length = this.buffer.writeDoubleBE(value, this.length);
    return this;
  }

  /** UTF-8 text with its byte length (u32) before it. */
  text(value: string): this {
    this.reserve(4 + utf8BytesAtMost(value));
    const written = this.buffer.write(value, this.length + 4, 'utf8');
    this.buffer.writeUInt32BE(written, this.length);
    this.length += 4 + written;
    return this;
  }

  /** UTF-8 text to the end of the frame. */
  rest(value: string): this {
    this.reserve(utf8BytesAtMost(value));
    this.length += this.buffer.write(value, this.length, 'utf8');
    return this;
  }

  /** Bytes with their length (u32) before them. */
  block(value: Uint8Array): this {
    return this.u32(value.length).bytes(value);
  }

  bytes(value: Uint8Array): this {
    this.reserve(value.length);
    this.buffer.set(value, this.length);
    this.length += value.length;
    return this;
  }

  /** Closes the frame; it leaves when the callback under way is over. */
  end(): void {
    this.endHeld();
    this.flushSoon();
  }

  /** Closes the frame; it leaves with the next one that is sent, or at the next `flushSoon`. For a writer that knows more is coming. */
  endHeld(): void {
    this.buffer.writeUInt32BE(this.length - this.frameStart - 4, this.frameStart);
    this.frameStart = -1;
    if (this.length >= FLUSH_BYTES) this.flush();
  }

  /** Sends what is finished when the callback under way is over. */
  flushSoon(): void {
    if (this.scheduled || this.length === 0) return;
    this.scheduled = true;
    queueMicrotask(this.flushLater);
  }

  /** Sends what is finished at once. */
  flush(): void {
    if (this.length === 0 || this.stream.destroyed) {
      this.length = 0;
      return;
    }
    const full = this.buffer.subarray(0, this.length);
    // The stream may keep the bytes until the kernel takes them, so what is left of the chunk is used, never what was sent.
    this.buffer =
      this.buffer.length - this.length >= CHUNK_BYTES / 2
        ? this.buffer.subarray(this.length)
        : Buffer.allocUnsafe(CHUNK_BYTES);
    this.length = 0;
    this.stream.write(full);
  }

  private readonly flushLater = (): void => {
    this.scheduled = false;
    this.flush();
  };

  private reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}

/** Counting costs a pass over the text; guessing costs up to three times its memory. */
function utf8BytesAtMost(value: string): number {
  return value.length < 16_384 ? value.length * 3 : Buffer.byteLength(value, 'utf8');
}
