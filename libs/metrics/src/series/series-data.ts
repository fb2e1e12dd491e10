import { ByteReader, ByteWriter } from './byte-codec';
import { SERIES_ROOM, type SeriesKind } from './metric-catalogue';
import { Sketch } from './sketch';

const FORMAT = 1;
const writer = new ByteWriter();

/** Everything measured about one series in one stretch of time. */
export class SeriesData {
  readonly counters: Float64Array;
  readonly peaks: Float64Array;
  readonly distributions: Sketch[];

  constructor(readonly kind: SeriesKind) {
    const room = SERIES_ROOM[kind];
    this.counters = new Float64Array(room.counters);
    this.peaks = new Float64Array(room.peaks);
    this.distributions = Array.from({ length: room.distributions }, () => new Sketch());
  }

  /** Grows with everything that is recorded, so equal numbers mean that nothing was. */
  get measured(): number {
    let measured = 0;
    for (const numbers of [this.counters, this.peaks]) for (const number of numbers) measured += number;
    for (const { count } of this.distributions) measured += count;
    return measured;
  }

  /** Adds what was measured in the same time elsewhere: peaks add up, for they may have been at once. */
  addElsewhere(other: SeriesData): void {
    this.addSums(other);
    for (let i = 0; i < this.peaks.length; i++) this.peaks[i] = (this.peaks[i] as number) + (other.peaks[i] as number);
  }

  /** Adds what was measured at another time: of two peaks the higher one stays. */
  addLater(other: SeriesData): void {
    this.addSums(other);
    for (let i = 0; i < this.peaks.length; i++)
      this.peaks[i] = Math.max(this.peaks[i] as number, other.peaks[i] as number);
  }

  encode(): Buffer {
    writer.varint(FORMAT);
    for (const numbers of [this.counters, this.peaks]) {
      writer.varint(numbers.length);
      for (const number of numbers) writer.varint(number);
    }
    writer.varint(this.distributions.length);
    for (const sketch of this.distributions) sketch.write(writer);
    return writer.take();
  }

  /** Throws RangeError on bytes that are none of ours; metrics that this program does not know are left out. */
  static decode(kind: SeriesKind, bytes: Buffer): SeriesData {
    const data = new SeriesData(kind);
    const reader = new ByteReader(bytes);
    const format = reader.varint();
    if (format !== FORMAT)
      throw new RangeError(`stored metrics have the format ${format}; this program reads ${FORMAT}`);
    for (const numbers of [data.counters, data.peaks]) {
      const stored = reader.varint();
      for (let i = 0; i < stored; i++) {
        const value = reader.varint();
        if (i < numbers.length) numbers[i] = value;
      }
    }
    const stored = reader.varint();
    for (let i = 0; i < stored; i++) {
      const sketch = Sketch.read(reader);
      if (i < data.distributions.length) data.distributions[i] = sketch;
    }
    return data;
  }

  private addSums(other: SeriesData): void {
    for (let i = 0; i < this.counters.length; i++)
      this.counters[i] = (this.counters[i] as number) + (other.counters[i] as number);
    for (const [i, sketch] of this.distributions.entries()) sketch.merge(other.distributions[i] as Sketch);
  }
}
