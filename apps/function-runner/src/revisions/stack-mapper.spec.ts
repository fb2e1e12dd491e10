import { BUNDLE_SCRIPT_NAME } from '@sluice/sandbox';
import { build } from 'esbuild';
import { StackMapper } from './stack-mapper';

const SOURCE = `type Item = { name: string };
export const handler = async (item: Item) => {
  throw new TypeError(item.name);
};
`;

interface Bundle {
  readonly map: string;
  /** Where the bundle throws: line and column from 1. */
  readonly thrownAt: string;
}

async function bundle(): Promise<Bundle> {
  const { outputFiles } = await build({
    stdin: { contents: SOURCE, loader: 'ts', sourcefile: 'lib/item.ts' },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: '__sluice_exports',
    sourcemap: 'external',
    outfile: 'out.js',
  });
  const map = outputFiles.find(({ path }) => path.endsWith('.map'))?.text ?? '';
  const code = outputFiles.find(({ path }) => path.endsWith('.js'))?.text.split('\n') ?? [];
  const line = code.findIndex((text) => text.includes('throw new'));
  return { map, thrownAt: `${line + 1}:${(code[line] ?? '').indexOf('throw') + 1}` };
}

function errorText(thrownAt: string): string {
  return JSON.stringify({
    errorType: 'TypeError',
    errorMessage: 'no "name"',
    trace: [
      'TypeError: no "name"',
      `    at handler (${BUNDLE_SCRIPT_NAME}:${thrownAt})`,
      '    at (<isolated-vm boundary>)',
    ],
  });
}

function mapped(mapper: StackMapper, text: string): Promise<string> {
  return new Promise((resolve) => mapper.map('fn', 'sha', text, resolve));
}

it('an error names the uploaded file, line and column, and nothing of the host', async () => {
  const { map, thrownAt } = await bundle();
  const mapper = new StackMapper({ loadSourceMap: () => Promise.resolve(map) });
  expect(JSON.parse(await mapped(mapper, errorText(thrownAt)))).toEqual({
    errorType: 'TypeError',
    errorMessage: 'no "name"',
    trace: ['TypeError: no "name"', '    at handler (lib/item.ts:3:3)'],
  });
  expect(await mapper.locate('fn', 'sha', `at x (${BUNDLE_SCRIPT_NAME}:${thrownAt})`)).toEqual({
    position: { file: 'lib/item.ts', line: 3, column: 3 },
    stack: 'at x (lib/item.ts:3:3)',
  });
});

it('the map is loaded once, and errors after the first are mapped in the same turn', async () => {
  const { map, thrownAt } = await bundle();
  let loads = 0;
  const mapper = new StackMapper({
    loadSourceMap: () => {
      loads++;
      return Promise.resolve(map);
    },
  });
  await Promise.all([mapped(mapper, errorText(thrownAt)), mapped(mapper, errorText(thrownAt))]);
  let now: string | null = null;
  mapper.map('fn', 'sha', errorText(thrownAt), (text) => (now = text));
  expect(now).toContain('lib/item.ts:3:3');
  expect(loads).toBe(1);
});

it('without a source map the error is answered all the same', async () => {
  const gone = new StackMapper({ loadSourceMap: () => Promise.resolve(null) });
  expect(await mapped(gone, errorText('3:5'))).toContain('at handler (function.js:3:5)');
  const failing = new StackMapper({ loadSourceMap: () => Promise.reject(new Error('Redis is away')) });
  expect(await mapped(failing, errorText('3:5'))).toContain('at handler (function.js:3:5)');
});
