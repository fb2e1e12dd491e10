import { resolveImport } from './module-resolution';

const FILES = new Map(
  Object.entries({
    'index.ts': '',
    'lib/greet.ts': '',
    'lib/index.tsx': '',
    'lib/both.js': '',
    'lib/both.ts': '',
    'data.json': '{}',
    'node_modules/plain/index.js': '',
    'node_modules/plain/deep/file.mjs': '',
    'node_modules/modern/package.json': '{"module":"es/main.js","main":"cjs/main.js"}',
    'node_modules/modern/es/main.js': '',
    'node_modules/modern/cjs/main.js': '',
    'node_modules/@scope/pkg/package.json': JSON.stringify({
      exports: { '.': { require: './c.cjs', import: './e.mjs' }, './x/*': './x/*.js', './up': './../../../index.ts' },
    }),
    'node_modules/@scope/pkg/c.cjs': '',
    'node_modules/@scope/pkg/e.mjs': '',
    'node_modules/@scope/pkg/x/one.js': '',
    'node_modules/@scope/pkg/private.js': '',
    'node_modules/events/index.js': '',
    'node_modules/broken/package.json': '{"main":"../../index.ts",',
    'lib/node_modules/plain/index.js': '',
  }),
);

describe('an import resolves', () => {
  it.each([
    ['index.ts', './lib/greet', 'lib/greet.ts'],
    ['index.ts', './lib/greet.js', 'lib/greet.ts'],
    ['index.ts', './lib/both.js', 'lib/both.js'],
    ['index.ts', './lib', 'lib/index.tsx'],
    ['lib/greet.ts', '.', 'lib/index.tsx'],
    ['lib/greet.ts', '..', 'index.ts'],
    ['lib/greet.ts', '../data.json', 'data.json'],
    ['lib/greet.ts', './../lib/./greet.ts', 'lib/greet.ts'],
    ['index.ts', 'plain', 'node_modules/plain/index.js'],
    ['lib/greet.ts', 'plain', 'lib/node_modules/plain/index.js'],
    ['lib/greet.ts', 'plain/deep/file.mjs', 'node_modules/plain/deep/file.mjs'],
    ['index.ts', 'modern', 'node_modules/modern/es/main.js'],
    ['index.ts', '@scope/pkg', 'node_modules/@scope/pkg/e.mjs'],
    ['index.ts', '@scope/pkg/x/one', 'node_modules/@scope/pkg/x/one.js'],
    ['index.ts', 'events', 'node_modules/events/index.js'],
  ])('from %s of %s to %s', (importer, specifier, path) => {
    expect(resolveImport(FILES, importer, specifier, 'import')).toEqual({ path });
  });

  it('to the CommonJS file of a package when it is a require()', () => {
    expect(resolveImport(FILES, 'index.ts', '@scope/pkg', 'require')).toEqual({
      path: 'node_modules/@scope/pkg/c.cjs',
    });
  });
});

describe('an import is refused', () => {
  it.each([
    ['node:fs', /^"node:fs" is not available in functions\.$/],
    ['node:anything', /not available in functions/],
    ['fs', /not available in functions/],
    ['fs/promises', /not available in functions/],
    ['https://example.com/x.ts', /not URLs/],
    ['file:///etc/passwd', /not URLs/],
    ['data:text/javascript,export default 1', /not URLs/],
    ['C:/x.ts', /not URLs/],
    ['/etc/passwd', /must be relative/],
    ['..\\..\\x', /must be relative/],
    ['./a\0b', /must be relative/],
    ['../x', /leaves the function's files/],
    ['./lib/../../x', /leaves the function's files/],
    ['..', /leaves the function's files/],
    ['#internal', /"imports" of package\.json are not supported/],
    ['zod', /^Cannot resolve "zod": packages must be uploaded with the function/],
    ['react/jsx-runtime', /JSX needs this one/],
    ['@scope/pkg/private.js', /does not export "\.\/private\.js"/],
    ['@scope/pkg/x/../private', /does not export/],
    ['@scope/pkg/up', /does not export/],
    ['plain/../../index.ts', /packages must be uploaded/],
    ['broken', /packages must be uploaded/],
    ['', /packages must be uploaded/],
    ['./missing', /the upload has no file "missing"/],
    ['./lib/greet.ts/', /the upload has no file/],
    ['./toString', /the upload has no file/],
  ])('of %j', (specifier, problem) => {
    expect(resolveImport(FILES, 'index.ts', specifier, 'import')).toEqual({
      problem: expect.stringMatching(problem) as unknown,
    });
  });
});
