import { readDocument } from './read-document';

const read = (text: string): Promise<unknown> => readDocument(Buffer.from(text));
const code = async (text: string): Promise<unknown> =>
  read(text).catch((error: unknown) => (error as { code: string }).code);

test('JSON and YAML are told apart by their text and read the same', async () => {
  const expected = { openapi: '3.1.0', info: { title: 'a', version: '1' }, paths: {} };
  expect(await read(JSON.stringify(expected))).toEqual(expected);
  expect(await read("openapi: '3.1.0'\ninfo: {title: a, version: '1'}\npaths: {}\n")).toEqual(expected);
});

test('anchors may be used, and YAML’s old booleans stay words', async () => {
  expect(await read('a: &x {b: 1}\nc: *x\nd: yes\ne: 0o7\n')).toEqual({ a: { b: 1 }, c: { b: 1 }, d: 'yes', e: 7 });
});

test.each([
  ['a broken text', 'a: [1, 2'],
  ['a key twice', 'a: 1\na: 2'],
  ['no object', '- 1'],
  ['nothing', ''],
  ['a member that could become a prototype', '__proto__: {a: 1}'],
  ['nesting without end', '['.repeat(100_000)],
  ['nesting without end in YAML', 'a: ' + '['.repeat(100_000)],
  [
    'an alias bomb',
    [
      'a0: &a0 [x, x, x, x, x, x, x, x, x]',
      ...Array.from({ length: 9 }, (_, n) => `a${n + 1}: &a${n + 1} [${Array(9).fill(`*a${n}`).join(', ')}]`),
    ].join('\n'),
  ],
])('%s is refused', async (_what, text) => {
  expect(await code(text)).toBe('BAD_REQUEST');
});

test('more than 6 MiB is refused', async () => {
  expect(await code('x'.repeat(6 * 1024 * 1024 + 1))).toBe('PAYLOAD_TOO_LARGE');
});
