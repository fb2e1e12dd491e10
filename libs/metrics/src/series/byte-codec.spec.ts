import { ByteReader, ByteWriter } from './byte-codec';

test('numbers of every size come back', () => {
  const whole = [0, 1, 127, 128, 16_384, 2 ** 31, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER];
  const floats = [0, -1.5, Math.PI, 1e300];
  const writer = new ByteWriter();
  for (let round = 0; round < 40; round++) for (const value of whole) writer.varint(value);
  for (const value of floats) writer.float(value);
  const reader = new ByteReader(writer.take());
  for (let round = 0; round < 40; round++) expect(whole.map(() => reader.varint())).toEqual(whole);
  expect(floats.map(() => reader.float())).toEqual(floats);
});

test('bytes that end too early are an error, not a number', () => {
  expect(() => new ByteReader(Buffer.from([0x80])).varint()).toThrow(/out of range|outside/);
  expect(() => new ByteReader(Buffer.from([1, 2])).float()).toThrow(/out of range|outside/);
});
