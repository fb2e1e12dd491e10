import { PassThrough } from 'node:stream';
import { FrameReader, PayloadReader } from './frame-reader';
import { FrameWriter } from './frame-writer';

type Seen = { kind: number; id: number; payload: string };

function collector(frameBytesMax = 1024 * 1024): { reader: FrameReader; seen: Seen[] } {
  const seen: Seen[] = [];
  const reader = new FrameReader(
    (kind, id, payload) => seen.push({ kind, id, payload: payload.toString() }),
    frameBytesMax,
  );
  return { reader, seen };
}

async function written(write: (writer: FrameWriter) => void): Promise<Buffer[]> {
  const stream = new PassThrough({ highWaterMark: 64 * 1024 * 1024 });
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  write(new FrameWriter(stream));
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  return chunks;
}

describe('frames', () => {
  it('arrive whole and in order, however the bytes are cut', async () => {
    const bytes = Buffer.concat(
      await written((writer) => {
        writer.begin(1, 7).text('hëllo').u32(5).rest('tail ☃').end();
        writer.begin(2, 4_294_967_295).end();
        writer
          .begin(3, 0)
          .bytes(Buffer.from('x'.repeat(70_000)))
          .end();
      }),
    );
    for (const size of [1, 2, 3, 5, 8, 9, 10, 1_000, bytes.length]) {
      const { reader, seen } = collector();
      for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
      expect(seen.map(({ kind, id }) => [kind, id])).toEqual([
        [1, 7],
        [2, 4_294_967_295],
        [3, 0],
      ]);
      expect(seen[2]?.payload).toHaveLength(70_000);
    }
  });

  it('leave in one write when they are made in one callback', async () => {
    const chunks = await written((writer) => {
      for (let id = 0; id < 100; id++) writer.begin(1, id).text('small').end();
    });
    expect(chunks).toHaveLength(1);
  });

  it('that are held leave when asked for, all in one write', async () => {
    const stream = new PassThrough();
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    const writer = new FrameWriter(stream);
    const nextTurn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    for (let id = 0; id < 3; id++) {
      writer.begin(1, id).endHeld();
      await nextTurn();
    }
    expect(chunks).toHaveLength(0);
    writer.flushSoon();
    await nextTurn();
    expect(chunks.map(({ length }) => length)).toEqual([27]);
  });

  it('are not changed by frames written after they were sent', async () => {
    const stream = new PassThrough({ highWaterMark: 64 * 1024 * 1024 });
    const writer = new FrameWriter(stream);
    for (let id = 0; id < 5_000; id++) {
      writer.begin(9, id).text(`payload ${id}`).end();
      if (id % 7 === 0) writer.flush();
    }
    writer.flush();
    const { reader, seen } = collector();
    for (let chunk = stream.read() as Buffer | null; chunk !== null; chunk = stream.read() as Buffer | null)
      reader.push(chunk);
    expect(seen).toHaveLength(5_000);
    expect(seen.every(({ id, payload }) => payload.slice(4) === `payload ${id}`)).toBe(true);
  });

  it('over the limit are refused before their bytes are held', () => {
    const { reader } = collector(1_000);
    const header = Buffer.alloc(9);
    header.writeUInt32BE(4_000_000_000, 0);
    expect(() => reader.push(header)).toThrow(/frame of 4000000004 bytes/);
  });

  it('give their fields back as they were written', async () => {
    const [chunk] = await written((writer) =>
      writer.begin(1, 1).u8(255).u16(65_535).u32(4e9).f64(1.5e12).text('ü').text('').rest('end').end(),
    );
    const fields = new PayloadReader((chunk as Buffer).subarray(9));
    expect([
      fields.u8(),
      fields.u16(),
      fields.u32(),
      fields.f64(),
      fields.text(),
      fields.text(),
      fields.rest().toString(),
    ]).toEqual([255, 65_535, 4e9, 1.5e12, 'ü', '', 'end']);
  });

  it('that are cut short are an error, not garbage', () => {
    const payload = Buffer.alloc(6);
    payload.writeUInt32BE(100, 0);
    expect(() => new PayloadReader(payload).text()).toThrow('runs past the end');
    expect(() => new PayloadReader(Buffer.alloc(1)).u32()).toThrow('outside buffer bounds');
  });
});
