import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeRunFile, writeRunFile } from './run-file';

describe('run file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-run-'));
  const path = join(directory, 'run/gateway.json');
  afterAll(() => rmSync(directory, { recursive: true }));

  test('says where a process listens and leaves no half-written file', () => {
    writeRunFile(directory, 'gateway', { pid: 42, publicUrl: 'http://127.0.0.1:1' });
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ pid: 42, publicUrl: 'http://127.0.0.1:1' });
    expect(readdirSync(join(directory, 'run'))).toEqual(['gateway.json']);
  });

  test("a stopping process removes its own file, not its successor's", () => {
    removeRunFile(directory, 'gateway', 41);
    expect(existsSync(path)).toBe(true);
    removeRunFile(directory, 'gateway', 42);
    expect(existsSync(path)).toBe(false);
  });
});
