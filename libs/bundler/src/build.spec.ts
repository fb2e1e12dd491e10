import { stop } from 'esbuild';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildUpload } from './build';
import { type CompileResult } from './compile-messages';

/**
 * The second line of defence: in production the working directory does not exist, so esbuild never gets as far as listing files.
 * Here it exists, next to files that a pattern matches.
 */
describe('a build in a directory that exists', () => {
  const root = mkdtempSync(join(tmpdir(), 'bundler-spec-'));
  const directory = join(root, 'work');
  mkdirSync(join(directory, 'conf'), { recursive: true });
  for (const path of [
    'work/secret1.json',
    'work/secret2.json',
    'work/conf/secret3.json',
    'secret4.json',
    'tsconfig.json',
  ]) {
    writeFileSync(join(root, path), '{"hidden":"hunter2"}');
  }
  afterAll(async () => {
    rmSync(root, { recursive: true });
    await stop();
  });

  const build = (source: string): Promise<CompileResult> =>
    buildUpload(
      { kind: 'build', files: [['index.ts', source]], entry: 'index.ts', bundleBytesMax: 100_000 },
      directory,
    );

  it.each([
    ['import(`./conf/${e}.json`)', 'import(`./conz/${e}.json`)'],
    ['import(`./sec${e}.json`)', 'import(`./sez${e}.json`)'],
    ['import(`../sec${e}.json`)', 'import(`../sez${e}.json`)'],
    ['require("./sec" + e + ".json")', 'require("./sez" + e + ".json")'],
    ['require(`../${e}/${e}.json`)', 'require(`../${e}/${e}.jsox`)'],
  ])('refuses %s as it refuses %s, which matches nothing', async (matching, other) => {
    const handler = 'export const handler = (e: string) => ';
    const refused = await build(handler + matching);
    expect(refused).toMatchObject({
      ok: false,
      diagnostics: [{ message: expect.stringMatching(/computed path/) as string }],
    });
    expect(await build(handler + other)).toEqual(refused);
  });

  it('has no way to name the files beside it', async () => {
    const refused = await build(
      'import a from "./secret1.json"; import b from "../secret4.json"; export default [a, b];',
    );
    expect(refused).toMatchObject({ ok: false, diagnostics: [{ column: 15 }, { column: 47 }] });
    expect(JSON.stringify(refused)).not.toContain(root);
  });

  it('ignores the source map it is told to read, and a tsconfig.json', async () => {
    const map = {
      version: 3,
      sources: [join(directory, 'secret1.json'), 'secret2.json'],
      mappings: 'AAAA;ACAA',
      names: [],
    };
    const inline = Buffer.from(JSON.stringify(map)).toString('base64');
    const built = await build(`export default 1;\n//# sourceMappingURL=data:application/json;base64,${inline}`);
    expect(built.ok).toBe(true);
    expect(JSON.stringify(built)).not.toContain('hunter2');
  });
});
