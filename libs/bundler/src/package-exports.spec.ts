import { resolvePackageExports } from './package-exports';

describe('package exports', () => {
  it.each([
    ['a string', './a.js', '.', './a.js'],
    ['conditions in their order', { node: './n.js', worker: './w.js', default: './d.js' }, '.', './w.js'],
    ['nested conditions', { import: { types: './t.d.ts', default: './i.mjs' }, require: './r.cjs' }, '.', './i.mjs'],
    ['the first usable alternative', ['not-relative', { deno: './x.js' }, './b.js'], '.', './b.js'],
    ['subpaths', { '.': './a.js', './sub': './s.js' }, './sub', './s.js'],
    ['the most specific pattern', { './*': './all/*.js', './lib/*': './lib/*.mjs' }, './lib/x/y', './lib/x/y.mjs'],
    ['patterns with an end', { './*.js': './dist/*.js' }, './a.js', './dist/a.js'],
    ['null as a refusal', { './*': './*', './private': null }, './private', undefined],
    ['nothing for another subpath', './a.js', './sub', undefined],
    ['nothing outside the package', { '.': '/etc/passwd', './x': '../../x' }, '.', undefined],
    ['nothing for odd shapes', 7, '.', undefined],
  ])('are %s', (_, exported, subpath, target) => {
    expect(resolvePackageExports(exported, subpath, 'import')).toBe(target);
  });

  it('do not follow conditions for ever', () => {
    let exported: unknown = './a.js';
    for (let depth = 0; depth < 5_000; depth++) exported = { default: exported };
    expect(resolvePackageExports(exported, '.', 'import')).toBeUndefined();
  });
});
