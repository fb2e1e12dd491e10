import { MasterKey } from '@sluice/config';
import { DEFAULT_FUNCTION_CONFIG } from '@sluice/contracts';
import { canonicalJson } from './canonical-json';
import { packageSha256 } from './deployment-package';
import { revisionId } from './revision-id';

const masterKey = new MasterKey(Buffer.alloc(32, 1));
const config = DEFAULT_FUNCTION_CONFIG;

test('equal package, config and environment give one id, in whatever order they were written', () => {
  const id = revisionId('sha', config, { A: '1', B: '2' }, masterKey);
  const reordered = Object.fromEntries(Object.entries(config).reverse()) as unknown as typeof config;
  expect(revisionId('sha', reordered, { B: '2', A: '1' }, masterKey)).toBe(id);
  expect(id).toMatch(/^[0-9a-f]{32}$/);
});

test('any difference gives another id', () => {
  const ids = [
    revisionId('sha', config, {}, masterKey),
    revisionId('sha2', config, {}, masterKey),
    revisionId('sha', { ...config, timeoutMs: 5_000 }, {}, masterKey),
    revisionId('sha', { ...config, url: { auth: 'NONE' } }, {}, masterKey),
    revisionId('sha', config, { A: '1' }, masterKey),
    revisionId('sha', config, { A: '2' }, masterKey),
    revisionId('sha', config, { 'A:"1': '' }, masterKey),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});

test('an id does not let anybody test guesses of a secret without the master key', () => {
  const other = new MasterKey(Buffer.alloc(32, 2));
  expect(revisionId('sha', config, { A: '1' }, other)).not.toBe(revisionId('sha', config, { A: '1' }, masterKey));
});

test('uploads that differ in anything are different packages, also where their code is the same', () => {
  const base = { code: 'c', sourceMap: 'm', source: Buffer.from('s'), sourceType: 't' };
  const changed = [
    base,
    { ...base, sourceMap: 'n' },
    { ...base, source: Buffer.from('s // comment') },
    { ...base, sourceType: 'u' },
    { ...base, code: 'cm', sourceMap: '' },
  ];
  expect(new Set(changed.map(packageSha256)).size).toBe(changed.length);
});

test('canonical JSON sorts members at every depth and leaves absent ones out', () => {
  expect(canonicalJson({ b: [{ d: 1, c: undefined }], a: null })).toBe('{"a":null,"b":[{"d":1}]}');
});
