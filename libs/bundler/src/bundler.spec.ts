import { TraceMap, originalPositionFor } from '@jridgewell/trace-mapping';
import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { Bundler } from './bundler';
import { type CompileResult, type DeploymentPackage } from './compile-messages';
import { type Diagnostic } from './diagnostics';

const bundler = new Bundler({ timeoutMs: 20_000 });
jest.setTimeout(30_000);
beforeAll(() => bundler.start());
afterAll(() => bundler.close());

function packageOf(result: CompileResult): DeploymentPackage {
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result;
}

function exportsOf(code: string): Record<string, unknown> {
  return runInNewContext(`${code}\n;__sluice_exports`) as Record<string, unknown>;
}

async function compile(files: Record<string, string>): Promise<DeploymentPackage> {
  return packageOf(await bundler.compile({ files }));
}

async function diagnosticsOf(files: Record<string, string>): Promise<readonly Diagnostic[]> {
  const result = await bundler.compile({ files });
  return result.ok ? [] : result.diagnostics;
}

describe('a deployment package', () => {
  it('is a script that sets __sluice_exports to the exports of the entry', async () => {
    const built = await compile({
      'index.ts': 'export const handler = (n: number): number => n + 1; export default 7;',
    });
    expect(built).toMatchObject({ ok: true, entry: 'index.ts', sizeBytes: Buffer.byteLength(built.code) });
    const { handler, default: byDefault } = exportsOf(built.code) as {
      handler: (n: number) => number;
      default: number;
    };
    expect([handler(1), byDefault]).toEqual([2, 7]);
    expect(built.sha256).toBe(createHash('sha256').update(built.code).digest('hex'));
  });

  it('is the same for the same upload', async () => {
    const files = {
      'index.ts': 'import { a } from "./a"; export const handler = a;',
      'a.ts': 'export const a = () => "é€";',
    };
    const [first, second] = [await compile(files), await compile(files)];
    expect(second).toEqual(first);
    expect(first.code).toContain('"é€"');
  });

  it('joins files, JSON and packages that were uploaded', async () => {
    const { code } = await compile({
      'index.ts': `import { greet } from './lib/greet.js'; import data from './data.json' with { type: 'json' };
        import { twice } from 'twice'; export const handler = async () => [greet(data.name), twice(2), (await import('./lazy')).lazy];`,
      'lib/greet.ts':
        'export enum Mood { Glad = "glad" } export const greet = (name: string) => `${name} is ${Mood.Glad}`;',
      'lazy.mts': 'export const lazy: boolean = true;',
      'data.json': '{"name":"Ada"}',
      'node_modules/twice/package.json': '{"main":"lib/main"}',
      'node_modules/twice/lib/main.cjs': 'exports.twice = (n) => n * 2;',
    });
    const { handler } = exportsOf(code) as { handler: () => Promise<unknown> };
    await expect(handler()).resolves.toEqual(['Ada is glad', 4, true]);
  });

  it('accepts a CommonJS handler, and one in TSX with its own JSX package', async () => {
    const { code } = await compile({ 'index.js': 'exports.handler = () => "cjs";' });
    expect((exportsOf(code)['handler'] as () => string)()).toBe('cjs');
    const jsx = await compile({
      'index.tsx': '/** @jsxImportSource tiny */\nexport const handler = () => <b>{1}</b>;',
      'node_modules/tiny/jsx-runtime.js': 'export const jsx = (type, props) => `<${type}>${props.children}</${type}>`;',
    });
    expect((exportsOf(jsx.code)['handler'] as () => string)()).toBe('<b>1</b>');
  });

  it('is strict code, as modules are', async () => {
    const { code } = await compile({
      'index.ts': 'export const handler = () => { (Object.freeze({ a: 1 }) as { a: number }).a = 2; };',
    });
    expect(exportsOf(code)['handler']).toThrow(/read only/);
  });

  it('does not check types', async () => {
    expect((await compile({ 'index.ts': 'export const handler = (): string => 1 as number;' })).ok).toBe(true);
  });

  it('has a source map back to the uploaded line and column', async () => {
    const lib = 'type Name = string;\n\nexport function fail(name: Name): never {\n  throw new Error(name);\n}\n';
    const { code, sourceMap } = await compile({
      'index.ts': "export { fail as handler } from './lib/fail';",
      'lib/fail.ts': lib,
    });
    const lines = code.split('\n');
    const line = lines.findIndex((text) => text.includes('new Error')) + 1;
    const position = originalPositionFor(new TraceMap(sourceMap), {
      line,
      column: (lines[line - 1] ?? '').indexOf('new Error'),
    });
    expect(position).toMatchObject({ source: 'lib/fail.ts', line: 4, column: 8 });
    const { sources, sourcesContent } = JSON.parse(sourceMap) as { sources: string[]; sourcesContent: string[] };
    expect(sourcesContent[sources.indexOf('lib/fail.ts')]).toBe(lib);
  });

  it('may come from nearly as many bytes as an upload may have', async () => {
    const source = (file: number): string =>
      Array.from(
        { length: 2_400 },
        (_, line) => `export const f${file}_${line} = (n: number) => n + "${'text '.repeat(70)}";`,
      ).join('\n');
    const files = Object.fromEntries(Array.from({ length: 5 }, (_, file) => [`f${file}.ts`, source(file)]));
    const bytes = Object.values(files).reduce((sum, text) => sum + text.length, 0);
    expect(bytes).toBeGreaterThan(4_600_000);
    const index = Object.keys(files).map((file) => `export * from './${file}';`);
    expect((await compile({ 'index.ts': index.join('\n'), ...files })).sizeBytes).toBeGreaterThan(4_600_000);
  });
});

describe('diagnostics', () => {
  it('name the file and count lines and columns from 1, in characters', async () => {
    expect(
      await diagnosticsOf({ 'index.ts': "import './lib/b';", 'lib/b.ts': 'const a = 1;\n  const é = "日本"; é é;' }),
    ).toEqual([{ file: 'lib/b.ts', line: 2, column: 21, message: 'Expected ";" but found "é"' }]);
  });

  it('say which package is missing, and what to do', async () => {
    expect(await diagnosticsOf({ 'index.ts': 'import z from "zod";\nexport const handler = z;' })).toEqual([
      {
        file: 'index.ts',
        line: 1,
        column: 15,
        message:
          'Cannot resolve "zod": packages must be uploaded with the function (bundle them, or upload them under node_modules/).',
      },
    ]);
  });

  it.each([
    [
      'top-level await',
      'await 1; export const handler = 1;',
      /^Top-level await is not supported: await inside the handler/,
    ],
    ['JSX without a runtime', 'export const handler = () => <a/>;', /"react\/jsx-runtime".*JSX needs this one/],
    [
      'an unknown export',
      'import { no } from "./other"; export const handler = no;',
      /No matching export in "other\.ts" for import "no"/,
    ],
    ['a style sheet', 'import "./a.css"; export const handler = 1;', /only \.ts .* files can be imported/],
  ])('explain %s', async (_, source, message) => {
    const files = { 'index.tsx': source, 'other.ts': 'export const yes = 1;', 'a.css': 'a {}' };
    expect(await diagnosticsOf(files)).toEqual([
      {
        file: 'index.tsx',
        line: 1,
        column: expect.any(Number) as number,
        message: expect.stringMatching(message) as string,
      },
    ]);
  });

  it('refuse a package over 5 MiB', async () => {
    const text = 'a'.repeat(1_000);
    const index = `enum E { a = "${text}", ${Array.from({ length: 13 }, (_, i) => `b${i} = ${i === 0 ? 'a + a' : `b${i - 1} + b${i - 1}`}`).join()} } export const handler = () => E;`;
    const [diagnostic] = await diagnosticsOf({ 'index.ts': index });
    expect(diagnostic?.message).toMatch(/bytes; at most 5242880 are allowed\.$/);
  });
});
