import { type ByteReader, type ByteWriter } from './byte-codec';

/** A quantile is off by at most this part of itself. */
export const SKETCH_RELATIVE_ERROR = 0.005;

const GAMMA = (1 + SKETCH_RELATIVE_ERROR) / (1 - SKETCH_RELATIVE_ERROR);
const BUCKETS_PER_E = 1 / Math.log(GAMMA);
/** Everything smaller counts as this: a microsecond where the unit is milliseconds. */
const VALUE_MIN = 0.001;
const VALUE_MAX = 1e9;
const INDEX_MAX = indexOf(VALUE_MAX);
/** Buckets are added in steps of this many, so that a few close values stay a few hundred bytes. */
const GROWTH = 16;

/**
 * A distribution in buckets whose bounds grow by a constant factor: any quantile within 0.5 %, sum, minimum and maximum exactly. Two
 * sketches merge by adding their buckets, and the result is the sketch of all values together, whoever saw them.
 * After Masson, Rim, Lee: DDSketch (VLDB 2019). Between 0.001 and 10^9 there are 2,764 buckets, which bounds its size.
 */
export class Sketch {
  count = 0;
  sum = 0;
  min = Infinity;
  max = -Infinity;
  /** Bucket `first + i` has `counts[i]` values. */
  private counts = new Float64Array(0);
  private first = 0;

  /** `value` is not negative. */
  add(value: number): void {
    const index = value >= VALUE_MAX ? INDEX_MAX : indexOf(value);
    let slot = index - this.first;
    if (slot < 0 || slot >= this.counts.length) {
      this.cover(index, index);
      slot = index - this.first;
    }
    this.counts[slot] = (this.counts[slot] as number) + 1;
    this.count++;
    this.sum += value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
  }

  merge(other: Sketch): void {
    if (other.count === 0) return;
    this.cover(other.first, other.first + other.counts.length - 1);
    const shift = other.first - this.first;
    for (let slot = 0; slot < other.counts.length; slot++) {
      const target = slot + shift;
      this.counts[target] = (this.counts[target] as number) + (other.counts[slot] as number);
    }
    this.count += other.count;
    this.sum += other.sum;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
  }

  /** The value at nearest rank ⌈q · count⌉, `q` from 0 to 1. Of nothing it is NaN. */
  quantile(q: number): number {
    if (this.count === 0) return NaN;
    const rank = Math.max(1, Math.ceil(q * this.count));
    // The ends are known exactly.
    if (rank === 1) return this.min;
    if (rank >= this.count) return this.max;
    let seen = 0;
    let slot = 0;
    while (slot < this.counts.length && (seen += this.counts[slot] as number) < rank) slot++;
    const value = (2 * VALUE_MIN * GAMMA ** (this.first + slot)) / (GAMMA + 1);
    return Math.min(this.max, Math.max(this.min, value));
  }

  /** Sum, minimum, maximum, then each bucket that holds something as its distance to the one before and its count. */
  write(writer: ByteWriter): void {
    let filled = 0;
    for (const count of this.counts) if (count > 0) filled++;
    writer.varint(filled);
    if (filled === 0) return;
    writer.float(this.sum);
    writer.float(this.min);
    writer.float(this.max);
    let previous = 0;
    for (let slot = 0; slot < this.counts.length; slot++) {
      const count = this.counts[slot] as number;
      if (count === 0) continue;
      writer.varint(this.first + slot - previous);
      writer.varint(count);
      previous = this.first + slot;
    }
  }

  static read(reader: ByteReader): Sketch {
    const sketch = new Sketch();
    const filled = reader.varint();
    if (filled === 0) return sketch;
    if (filled > INDEX_MAX + 1) throw new RangeError('a stored sketch has more buckets than there are');
    sketch.sum = reader.float();
    sketch.min = reader.float();
    sketch.max = reader.float();
    const indexes = new Uint16Array(filled);
    const counts = new Float64Array(filled);
    let index = 0;
    for (let bucket = 0; bucket < filled; bucket++) {
      index += reader.varint();
      if (index > INDEX_MAX) throw new RangeError('a stored sketch has a bucket that no sketch has');
      indexes[bucket] = index;
      counts[bucket] = reader.varint();
    }
    // Room for all of them at once: sketches are read by the thousand.
    sketch.cover(indexes[0] as number, index);
    for (let bucket = 0; bucket < filled; bucket++) {
      const count = counts[bucket] as number;
      sketch.counts[(indexes[bucket] as number) - sketch.first] = count;
      sketch.count += count;
    }
    return sketch;
  }

  /** Makes room for the buckets `low` to `high`. */
  private cover(low: number, high: number): void {
    const { counts, first } = this;
    const end = first + counts.length;
    if (counts.length > 0 && low >= first && high < end) return;
    const newFirst = counts.length === 0 ? low : Math.min(low, first);
    const newEnd = Math.max(high + 1, counts.length === 0 ? 0 : end);
    const grown = new Float64Array(Math.ceil((newEnd - newFirst) / GROWTH) * GROWTH);
    grown.set(counts, counts.length === 0 ? 0 : first - newFirst);
    this.counts = grown;
    this.first = newFirst;
  }
}

function indexOf(value: number): number {
  return value <= VALUE_MIN ? 0 : Math.ceil(Math.log(value / VALUE_MIN) * BUCKETS_PER_E);
}
