import { FRAME_HEADER_BYTES } from './frame-writer';

/** Called once per whole frame. `payload` is a view of received bytes: read it now, or copy it. */
export type OnFrame = (kind: number, id: number, payload: Buffer) => void;

/** Cuts received chunks into frames. A frame that lies within one chunk is not copied. */
export class FrameReader {
  private held: Buffer[] = [];
  private heldBytes = 0;
  /** Bytes the frame at the start of `held` needs, once its length is known. */
  private neededBytes = FRAME_HEADER_BYTES;

  constructor(
    private readonly onFrame: OnFrame,
    private readonly frameBytesMax: number,
  ) {}

  /** Throws when the peer announces a frame over the limit: the connection can then only be closed. */
  push(chunk: Buffer): void {
    if (this.heldBytes > 0) {
      this.held.push(chunk);
      this.heldBytes += chunk.length;
      if (this.heldBytes < this.neededBytes) return;
      chunk = Buffer.concat(this.held, this.heldBytes);
      this.held = [];
      this.heldBytes = 0;
    }
    let offset = 0;
    while (chunk.length - offset >= FRAME_HEADER_BYTES) {
      const end = offset + 4 + chunk.readUInt32BE(offset);
      if (end - offset > this.frameBytesMax || end - offset < FRAME_HEADER_BYTES) {
        throw new RangeError(
          `frame of ${end - offset} bytes, allowed are ${FRAME_HEADER_BYTES} to ${this.frameBytesMax}`,
        );
      }
      if (end > chunk.length) break;
      this.onFrame(
        chunk[offset + 4] as number,
        chunk.readUInt32BE(offset + 5),
        chunk.subarray(offset + FRAME_HEADER_BYTES, end),
      );
      offset = end;
    }
    const left = chunk.length - offset;
    if (left === 0) return;
    this.held = [chunk.subarray(offset)];
    this.heldBytes = left;
    this.neededBytes = left >= 4 ? Math.max(FRAME_HEADER_BYTES, 4 + chunk.readUInt32BE(offset)) : FRAME_HEADER_BYTES;
  }
}

/** Reads a payload from front to back. Throws RangeError past its end, as a malformed frame does. */
export class PayloadReader {
  private offset = 0;

  constructor(private readonly payload: Buffer) {}

  u8(): number {
    return this.payload.readUInt8(this.offset++);
  }

  u16(): number {
    this.offset += 2;
    return this.payload.readUInt16BE(this.offset - 2);
  }

  u32(): number {
    this.offset += 4;
    return this.payload.readUInt32BE(this.offset - 4);
  }

  f64(): number {
    this.offset += 8;
    return this.payload.readDoubleBE(this.offset - 8);
  }

  /** UTF-8 text with its byte length before it. */
  text(): string {
    return this.block().toString('utf8');
  }

  /** Bytes with their length before them. */
  block(): Buffer {
    const length = this.u32();
    if (this.offset + length > this.payload.length) throw new RangeError('a text runs past the end of its frame');
    this.offset += length;
    return this.payload.subarray(this.offset - length, this.offset);
  }

  /** Everything not read yet. */
  rest(): Buffer {
    return this.payload.subarray(this.offset);
  }
}
