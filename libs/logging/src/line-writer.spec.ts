import { mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { LineWriter } from './line-writer';

const directory = () => mkdtempSync(join(tmpdir(), 'lines-'));

describe('a line writer', () => {
  it('has every line in the file, in order, when it is closed', async () => {
    const target = join(directory(), 'deep/er/access.log');
    const writer = new LineWriter({ target });
    const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index}`);
    for (const line of lines) writer.writeLine(line);
    await writer.close();
    expect(readFileSync(target, 'utf8')).toBe(`${lines.join('\n')}\n`);
    expect(writer.dropped).toBe(0);
  });

  it('appends to what an earlier process wrote', async () => {
    const target = join(directory(), 'access.log');
    for (const line of ['first', 'second']) {
      const writer = new LineWriter({ target });
      writer.writeLine(line);
      await writer.close();
    }
    expect(readFileSync(target, 'utf8')).toBe('first\nsecond\n');
  });

  it('keeps as many files of as many bytes as it may', async () => {
    const folder = directory();
    const writer = new LineWriter({ target: join(folder, 'a.log'), fileBytesMax: 100, filesMax: 3 });
    for (let index = 0; index < 10; index++) {
      writer.writeLine(`${index}`.repeat(60));
      writer.flush();
    }
    await writer.close();
    expect(readdirSync(folder).sort()).toEqual(['a.log', 'a.log.1', 'a.log.2']);
    expect(['a.log', 'a.log.1', 'a.log.2'].map((name) => readFileSync(join(folder, name), 'utf8')[0])).toEqual([
      '9',
      '8',
      '7',
    ]);
  });

  it('drops and counts lines when the target does not take them, instead of holding them', () => {
    const stuck = new Writable({ write: () => undefined });
    const writer = new LineWriter({ target: stuck, waitingBytesMax: 200_000 });
    for (let index = 0; index < 10_000; index++) writer.writeLine('x'.repeat(99));
    expect(writer.dropped).toBeGreaterThan(7_000);
    expect(stuck.writableLength).toBeLessThan(300_000);
  });
});
