import { LIMITS } from '@sluice/contracts';
import { checkUpload, type Upload } from './upload-check';

const SOURCE = 'export const handler = () => 1;';

function messagesOf(upload: Upload): string[] {
  const checked = checkUpload(upload);
  return checked.ok ? [] : checked.diagnostics.map(({ file, message }) => `${file}: ${message}`);
}

describe('the entry of an upload', () => {
  it.each([
    ['the one file', { 'index.ts': SOURCE }, 'index.ts'],
    ['index.ts before index.js', { 'index.js': SOURCE, 'index.ts': SOURCE }, 'index.ts'],
    ['main of package.json', { 'package.json': '{"main":"./src/app"}', 'src/app.ts': SOURCE }, 'src/app.ts'],
    ['index before main', { 'package.json': '{"main":"b.ts"}', 'b.ts': SOURCE, 'index.mjs': SOURCE }, 'index.mjs'],
  ])('is %s', (_, files, entry) => {
    expect(checkUpload({ files })).toMatchObject({ ok: true, entry });
  });

  it('is the configured one, when the upload has it', () => {
    const files = { 'index.ts': SOURCE, 'src/api.ts': SOURCE };
    expect(checkUpload({ files, entry: './src/api.ts' })).toMatchObject({ ok: true, entry: 'src/api.ts' });
    expect(messagesOf({ files, entry: 'src/nope.ts' })).toEqual([
      'src/nope.ts: The entry file "src/nope.ts" is not in the upload. The upload has "index.ts", "src/api.ts".',
    ]);
  });

  it('is asked for, with the names that were uploaded, when there is none', () => {
    expect(messagesOf({ files: { 'a.ts': SOURCE, 'package.json': '{ broken' } })).toEqual([
      expect.stringMatching(
        /^index\.ts: No entry file: expected one of index\.ts.*The upload has "a\.ts", "package\.json"\.$/,
      ),
    ]);
    expect(messagesOf({ files: {} })).toEqual(['index.ts: The upload has no files.']);
  });
});

describe('the limits of an upload', () => {
  it.each([
    '../a.ts',
    '/etc/passwd',
    'a//b.ts',
    './a.ts',
    'a/../../b.ts',
    'a\\b.ts',
    'a\0.ts',
    'ä.ts',
    '',
    `${'a'.repeat(256)}`,
  ])('refuse the path %j', (path) => {
    expect(messagesOf({ files: { 'index.ts': SOURCE, [path]: SOURCE } })).toEqual([
      expect.stringMatching(/A file path /),
    ]);
  });

  it('refuse files and uploads that are too large, and too many files', () => {
    const large = 'x'.repeat(LIMITS.sourceBytesMax);
    expect(messagesOf({ files: { 'index.ts': `${large}x` } })).toEqual([
      expect.stringMatching(/1048577 bytes; at most 1048576/),
    ]);
    const six = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`${index}.ts`, large]));
    expect(messagesOf({ files: { 'index.ts': '', ...six } })).toEqual([
      expect.stringMatching(/in total; at most 5242880/),
    ]);
    const many = Object.fromEntries(Array.from({ length: LIMITS.sourceFilesMax }, (_, index) => [`${index}.ts`, '']));
    expect(messagesOf({ files: { 'index.ts': '', ...many } })).toEqual([
      expect.stringMatching(/1001 files; at most 1000/),
    ]);
  });

  it('count bytes, not characters', () => {
    expect(messagesOf({ files: { 'index.ts': '€'.repeat(LIMITS.sourceBytesMax / 2) } })).toHaveLength(1);
  });

  it('refuse nesting that only a compiler attack needs, and say where', () => {
    const attack = `\nreturn ${'['.repeat(500_000)}${']'.repeat(500_000)}`;
    expect(checkUpload({ files: { 'index.ts': attack } })).toEqual({
      ok: false,
      diagnostics: [
        { file: 'index.ts', line: 2, column: 10_008, message: 'Brackets are nested deeper than 10000 levels.' },
      ],
    });
    expect(
      checkUpload({ files: { 'index.ts': `${'(['.repeat(2_000)}${'])'.repeat(2_000)}${'()'.repeat(90_000)}` } }).ok,
    ).toBe(true);
  });
});
