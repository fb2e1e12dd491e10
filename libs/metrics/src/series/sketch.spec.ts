import { ByteReader, ByteWriter } from './byte-codec';
import { Sketch, SKETCH_RELATIVE_ERROR } from './sketch';

/** Repeatable numbers from 0 to 1. */
function generator(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

function sketchOf(values: readonly number[]): Sketch {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  return sketch;
}

function nearestRank(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] as number;
}

const random = generator(42);
const distributions: Record<string, number[]> = {
  'between 50 and 100 ms': Array.from({ length: 5_000 }, () => 50 + random() * 50),
  'with a long tail': Array.from({ length: 5_000 }, () => Math.exp(random() * 12)),
  'in microseconds': Array.from({ length: 5_000 }, () => 0.002 + random() * 0.05),
  'in two heaps': Array.from({ length: 5_000 }, (_, i) => (i % 50 === 0 ? 9_000 + random() : 3 + random())),
};

describe.each(Object.entries(distributions))('values %s', (_name, values) => {
  test.each([0.5, 0.9, 0.95, 0.99, 0.999])('quantile %d is within half a percent', (q) => {
    const exact = nearestRank(values, q);
    expect(Math.abs(sketchOf(values).quantile(q) - exact) / exact).toBeLessThanOrEqual(SKETCH_RELATIVE_ERROR * 1.001);
  });

  test('minimum, maximum and count are exact', () => {
    const sketch = sketchOf(values);
    expect([sketch.quantile(0), sketch.quantile(1), sketch.count]).toEqual([
      Math.min(...values),
      Math.max(...values),
      values.length,
    ]);
  });

  test('sketches of the parts merge to the sketch of the whole, in any order', () => {
    const parts = [0, 1, 2].map((part) => sketchOf(values.filter((_, index) => index % 3 === part)));
    const merged = new Sketch();
    for (const part of [...parts].reverse()) merged.merge(part);
    const whole = sketchOf(values);
    for (const q of [0.01, 0.5, 0.99]) expect(merged.quantile(q)).toBe(whole.quantile(q));
    expect(merged.count).toBe(whole.count);
    expect(merged.sum).toBeCloseTo(whole.sum, 3);
  });

  test('a sketch that was stored and read is the same sketch', () => {
    const writer = new ByteWriter();
    sketchOf(values).write(writer);
    const read = Sketch.read(new ByteReader(writer.take()));
    const before = sketchOf(values);
    expect([read.count, read.sum, read.min, read.max]).toEqual([before.count, before.sum, before.min, before.max]);
    for (const q of [0.01, 0.5, 0.99]) expect(read.quantile(q)).toBe(before.quantile(q));
  });
});

test('whatever is measured, a stored sketch is at most 20 KB', () => {
  const sketch = new Sketch();
  for (let exponent = -10; exponent < 20; exponent += 0.001) sketch.add(10 ** exponent);
  for (const odd of [0, Number.MAX_VALUE, Infinity]) sketch.add(odd);
  const writer = new ByteWriter();
  sketch.write(writer);
  expect(writer.take().length).toBeLessThan(20_000);
});

test('of nothing there is no quantile, of zeros every quantile is zero', () => {
  expect(new Sketch().quantile(0.5)).toBeNaN();
  expect(sketchOf([0, 0, 0]).quantile(0.5)).toBe(0);
});
