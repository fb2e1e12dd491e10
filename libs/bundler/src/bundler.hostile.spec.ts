/** Uploads made to read the host, or to take the compiler from others. */
import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { waitFor } from '@sluice/testing';
import { Bundler } from './bundler';
import { type CompileResult } from './compile-messages';

const bundler = new Bundler();
jest.setTimeout(30_000);
beforeAll(() => bundler.start());
afterAll(() => bundler.close());

const BENIGN = { files: { 'index.ts': 'export const handler = async () => 1;' } };
const HANDLER = 'export const handler = async (e: any) => ';
const oneFile = (source: string): { files: Record<string, string> } => ({ files: { 'index.ts': source } });
const inlineMap = (map: object): string =>
  `//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`;

/** Texts that only the host knows. */
const HOST_TEXTS = [
  'root:x:',
  process.cwd(),
  'sluice-compile-',
  'node_modules/esbuild',
  readFileSync('/etc/hostname', 'utf8').trim() || hostname(),
];

function expectNothingOfTheHost(result: CompileResult): void {
  const everything = JSON.stringify(result);
  for (const text of HOST_TEXTS) expect(everything).not.toContain(text);
}

describe('nothing of the host gets into a package, a map or a message', () => {
  it.each([
    ['a relative import that climbs out', `import a from '../../../../../../etc/hostname'; ${HANDLER} a`],
    ['a JSON import that climbs out', `import a from '../package.json'; ${HANDLER} a`],
    ['a climb behind a directory', `import a from './a/../../../../etc/passwd'; ${HANDLER} a`],
    ['an absolute import', `import a from '/etc/passwd'; ${HANDLER} a`],
    ['an import attribute', `import a from '/etc/passwd' with { type: 'text' }; ${HANDLER} a`],
    ['an attribute on an uploaded name', `import a from './index.ts' with { type: 'file' }; ${HANDLER} a`],
    ['an attribute on a dynamic import', `${HANDLER} import('/proc/self/environ', { with: { type: 'text' } })`],
    ['a legacy assertion', `import a from '/etc/passwd' assert { type: 'text' }; ${HANDLER} a`],
    ['a URL', `import a from 'file:///etc/passwd'; import b from 'https://example.com/b.ts'; ${HANDLER} [a, b]`],
    ['a built-in module', `import fs from 'node:fs'; import cp from 'child_process'; ${HANDLER} [fs, cp]`],
    ['import = require', `import fs = require('fs'); ${HANDLER} fs`],
    ['require of a path', `declare const require: any; ${HANDLER} require('/etc/passwd')`],
    ['a re-export', `export * from '../../../../../../etc/passwd'; ${HANDLER} 1`],
    ['a package of the platform', `import esbuild from 'esbuild'; ${HANDLER} esbuild`],
    ['a source phase import', `import source a from '/etc/passwd'; ${HANDLER} a`],
    ['a JSX pragma', `/** @jsxImportSource /etc/passwd */ ${HANDLER} <a/>`],
  ])('by %s: refused', async (_, source) => {
    const result = await bundler.compile({ files: { 'index.tsx': source } });
    expect(result.ok).toBe(false);
    expectNothingOfTheHost(result);
  });

  it.each([
    ['a reference comment', `/// <reference path="/etc/passwd" />\n${HANDLER} 1`],
    ['a source map comment with a path', `${HANDLER} 1;\n//# sourceMappingURL=/etc/passwd`],
    ['import.meta.glob', `${HANDLER} (import.meta as any).glob('../../../../../../etc/*')`],
    ['new URL of a path', `${HANDLER} new URL('../../../../etc/passwd', import.meta.url)`],
    ['a computed absolute path', `${HANDLER} import(\`/etc/\${e.name}\`)`],
    ['require with a variable', `declare const require: any; ${HANDLER} require(e.name)`],
    ['require.resolve', `declare const require: any; ${HANDLER} require.resolve('/etc/passwd')`],
  ])('by %s: compiled, without effect', async (_, source) => {
    const result = await bundler.compile(oneFile(source));
    expect(result.ok).toBe(true);
    expectNothingOfTheHost(result);
  });

  it('by the sources of a source map inside the upload', async () => {
    const map = {
      version: 3,
      sources: ['/etc/hostname', '../../../etc/passwd', 'file:///etc/passwd', 'u:x'],
      mappings: 'AAAA;ACAA;ACAA;ACAA',
      names: [],
    };
    const result = await bundler.compile(oneFile(`${HANDLER} 1;\n${inlineMap(map)}`));
    expectNothingOfTheHost(result);
    const { sources, sourcesContent } = JSON.parse(result.ok ? result.sourceMap : '{}') as {
      sources: string[];
      sourcesContent: unknown[];
    };
    expect(sources).toHaveLength(4);
    expect(sources.every((source) => source.startsWith('inline-source-map/'))).toBe(true);
    expect(sourcesContent).toEqual([null, null, null, null]);
  });

  it.each([
    ['import', (path: string) => `${HANDLER} import(\`${path}\${e.x}\`)`],
    ['require', (path: string) => `declare const require: any; ${HANDLER} require('${path}' + e.x)`],
  ])('by a pattern in %s(), nor whether files match it', async (_, source) => {
    const up = '../'.repeat(12);
    const paths = [
      `${up}etc/host`,
      `${up}etc/nono`,
      `${up}root/.ss`,
      `${up}proc/se`,
      './//////////x',
      `${up}`.slice(0, 30),
    ];
    const results = await Promise.all(paths.map((path) => bundler.compile(oneFile(source(path)))));
    for (const result of results) expectNothingOfTheHost(result);
    const diagnostics = results.map((result) => (result.ok ? [] : result.diagnostics));
    expect(diagnostics[0]).toEqual([
      expect.objectContaining({
        file: 'index.ts',
        message: expect.stringMatching(/^Imports with a computed path are not supported/) as string,
      }),
    ]);
    expect(new Set(diagnostics.map((entries) => JSON.stringify(entries))).size).toBe(1);
  });

  it('by a pattern over the whole disk, which is not searched', async () => {
    const result = await bundler.compile(oneFile(`${HANDLER} import(\`${'../'.repeat(12)}\${e.x}/\${e.y}.json\`)`));
    expect(result).toMatchObject({
      ok: false,
      diagnostics: [{ message: expect.stringMatching(/computed path/) as string }],
    });
  });

  it('by names that mean something to JavaScript', async () => {
    const files = JSON.parse(
      `{"index.ts":"import a from './__proto__/x'; export const handler = () => a;","__proto__/x.ts":"export default 1","constructor":"x"}`,
    ) as Record<string, string>;
    expect((await bundler.compile({ files })).ok).toBe(true);
  });
});

describe('a source that attacks the compiler', () => {
  const bombs: Record<string, string> = {
    'unary chain': `export default () => ${'!'.repeat(1_000_000)}1;`,
    'statement chain': `export default (x: any) => { ${'if(x)'.repeat(200_000)}x(); };`,
    'arrow chain': `export default ${'x=>'.repeat(340_000)}x;`,
    'enum doubling': `enum A { a0 = "aaaaaaaaaaaaaaaa", ${Array.from({ length: 28 }, (_, i) => `a${i + 1} = a${i} + a${i}`).join()} } export const handler = () => A;`,
  };

  it.each(Object.entries(bombs))(
    'gets a diagnostic within the limits and takes only its own compiler along: %s',
    async (_, source) => {
      const began = performance.now();
      await expect(bundler.compile(oneFile(source))).resolves.toEqual({
        ok: false,
        diagnostics: [
          {
            file: 'index.ts',
            line: 1,
            column: 1,
            message: expect.stringMatching(/^The compiler ran out of its limits \(4 s, 512 MiB\)/) as string,
          },
        ],
      });
      expect(performance.now() - began).toBeLessThan(10_000);
      await expectCompilesWithinASecond();
    },
  );

  it('is refused without a compiler when it is only nested brackets', async () => {
    const began = performance.now();
    const nest = `${HANDLER} ${'['.repeat(500_000)}${']'.repeat(500_000)}`;
    const results = await Promise.all(Array.from({ length: 20 }, () => bundler.compile(oneFile(nest))));
    expect(results.every((result) => !result.ok)).toBe(true);
    expect(performance.now() - began).toBeLessThan(2_000);
    await expectCompilesWithinASecond();
  });

  it('does not delay the next upload by more than a second, not even twenty at once', async () => {
    const crowded = new Bundler();
    await crowded.start();
    const sources = Object.values(bombs);
    const hostile = Array.from({ length: 20 }, (_, index) =>
      crowded.compile(oneFile(sources[index % sources.length] ?? '')),
    );
    const settled = Promise.allSettled(hostile);
    try {
      await expectCompilesWithinASecond(crowded);
      await expectCompilesWithinASecond(crowded);
    } finally {
      await crowded.close();
    }
    const outcomes = await settled;
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled' && outcome.value.ok)).toEqual([]);
    await waitFor(async () => (await childProcessesOf(process.pid)) <= 2);
  });

  async function expectCompilesWithinASecond(by = bundler): Promise<void> {
    const began = performance.now();
    const result = await by.compile(BENIGN);
    expect(result.ok).toBe(true);
    expect(performance.now() - began).toBeLessThan(1_000);
  }
});

/** Compile processes (the leaders of their groups) that this process has. */
async function childProcessesOf(pid: number): Promise<number> {
  const parents = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        const fields = readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
        return fields[0] === 'Z' ? [] : [Number(fields[1])];
      } catch {
        return [];
      }
    });
  return parents.filter((parent) => parent === pid).length;
}
