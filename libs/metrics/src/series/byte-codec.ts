/** Appends numbers to a growing buffer. Whole numbers take 7 bits a byte, lowest first; most of ours are small. */
export class ByteWriter {
  private bytes = Buffer.allocUnsafe(256);
  private length = 0;

  /** `value` is a whole number from 0 to 2^53 − 1. */
  varint(value: number): void {
    this.reserve(8);
    while (value >= 0x80) {
      this.bytes[this.length++] = (value % 0x80) | 0x80;
      value = Math.floor(value / 0x80);
    }
    this.bytes[this.length++] = value;
  }

  float(value: number): void {
    this.reserve(8);
    this.length = this.bytes.writeDoubleLE(value, this.length);
  }

  /** A copy of what was written; the writer then starts over. */
  take(): Buffer {
    const taken = Buffer.from(this.bytes.subarray(0, this.length));
    this.length = 0;
    return taken;
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(this.bytes.length * 2);
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}

/** Reads what a ByteWriter wrote. Throws RangeError past the end. */
export class ByteReader {
  private position = 0;

  constructor(private readonly bytes: Buffer) {}

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.bytes.readUInt8(this.position++);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  float(): number {
    const value = this.bytes.readDoubleLE(this.position);
    this.position += 8;
    return value;
  }
}
