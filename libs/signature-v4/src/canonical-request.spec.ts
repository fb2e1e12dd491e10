import { canonicalHeaders, canonicalPaths, canonicalQueries, canonicalRequests } from './canonical-request';
import { headerValues } from './signable-request';

test('the parts stand on lines of their own, in the order of the specification', () => {
  const request = { method: 'GET', target: '/a?b=1', rawHeaders: ['X-Amz-Date', '20150830T123600Z', 'Host', 'h'] };
  expect([...canonicalRequests(request, { signedHeaders: ['host', 'x-amz-date'], payloadHash: 'HASH' })]).toEqual([
    'GET\n/a\nb=1\nhost:h\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\nHASH',
  ]);
});

test('header values are trimmed, runs of spaces folded, repeated headers joined in the order sent', () => {
  const headers = headerValues(['My-Header', ' b   c ', 'other', 'x', 'my-header', 'a']);
  expect(canonicalHeaders(headers, ['my-header'])).toBe('my-header:b c,a\n');
});

test('a header that is listed as signed but not sent is refused', () => {
  expect(() => canonicalHeaders(headerValues([]), ['host'])).toThrow('The signed header host is not in the request.');
});

test('a path may be signed escaped again or as on the wire', () => {
  expect(canonicalPaths('/a/b')).toEqual(['/a/b']);
  expect(canonicalPaths('/a%3Ab')).toEqual(['/a%253Ab', '/a%3Ab']);
});

test('a path on the wire is never taken for the escaped form of another path', () => {
  expect(canonicalPaths('/a%253Ab')).toEqual(['/a%25253Ab']);
});

test('duplicates in a query are kept and sorted by value, names by code point before values', () => {
  expect([...canonicalQueries('b=2&a=2&a-b=0&a=1&B=3')][0]).toBe('B=3&a=1&a=2&a-b=0&b=2');
});

test('a query may be signed in the order sent, sorted, or sorted after re-encoding', () => {
  expect([...canonicalQueries('z=*&a')]).toEqual(['a=&z=*', 'z=*&a', 'a=&z=%2A']);
});

test.each(['a=%2f', 'a=%2F%c3', 'a=%zz', 'a=%'])('the query %s is never re-encoded, only taken as sent', (query) => {
  expect([...canonicalQueries(query)]).toEqual([query]);
});

test('the signature of a presigned URL is not part of what it signs, however its name is spelled', () => {
  expect([...canonicalQueries('a=1&X-Amz-Signature=ff')]).toEqual(['a=1']);
  expect([...canonicalQueries('a=1&X%2DAmz-Signature=ff')]).toEqual(['a=1']);
});

test.each(['/ä', '/a b', '/a\u0000', 'http://h/a', '*'])('the request target %j is refused', (target) => {
  const request = { method: 'GET', target, rawHeaders: ['host', 'h'] };
  expect(() => [...canonicalRequests(request, { signedHeaders: ['host'], payloadHash: '' })]).toThrow(/request target/);
});
