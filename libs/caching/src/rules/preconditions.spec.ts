import { isNotModified, notModifiedHeaders } from './preconditions';

const answer = { etag: '"v1"', lastModified: 'Thu, 01 Jan 2026 00:00:00 GMT' };

test.each<[string, string, string, boolean]>([
  ['the tag', '"v1"', '', true],
  ['the tag, weak', 'W/"v1"', '', true],
  ['one of several', '"v0", W/"v1"', '', true],
  ['a tag with a comma', '"v,1"', '', false],
  ['any', '*', '', true],
  ['another tag', '"v2"', '', false],
  ['another tag, though not modified since', '"v2"', 'Fri, 02 Jan 2026 00:00:00 GMT', false],
  ['the date', '', 'Thu, 01 Jan 2026 00:00:00 GMT', true],
  ['a later date', '', 'Fri, 02 Jan 2026 00:00:00 GMT', true],
  ['an earlier date', '', 'Wed, 31 Dec 2025 00:00:00 GMT', false],
  ['no date', '', 'yesterday', false],
  ['nothing', '', '', false],
])('a client with %s', (_what, ifNoneMatch, ifModifiedSince, has) => {
  expect(isNotModified(ifNoneMatch, ifModifiedSince, answer)).toBe(has);
});

test('a client has no answer without a tag or date', () => {
  expect(isNotModified('*', '', { etag: '', lastModified: '' })).toBe(false);
  expect(isNotModified('', 'Fri, 02 Jan 2026 00:00:00 GMT', { etag: '', lastModified: '' })).toBe(false);
});

test('a 304 repeats what validates the answer and nothing that describes its body', () => {
  expect(
    notModifiedHeaders(['Content-Type', 'text/html', 'ETag', '"v1"', 'X-Own', '1', 'vary', 'a', 'age', '3']),
  ).toEqual(['ETag', '"v1"', 'vary', 'a', 'age', '3']);
});
