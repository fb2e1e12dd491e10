import { parseAuthorizationHeader } from './authorization-header';

const parts = { credential: 'AK/20150830/r/s/aws4_request', signedHeaders: 'host', signature: 'ab' };

test.each([
  'AWS4-HMAC-SHA256 Credential=AK/20150830/r/s/aws4_request, SignedHeaders=host, Signature=ab',
  'AWS4-HMAC-SHA256 Credential=AK/20150830/r/s/aws4_request,SignedHeaders=host,Signature=ab',
  'AWS4-HMAC-SHA256 Signature=ab, Credential=AK/20150830/r/s/aws4_request, SignedHeaders=host',
])('%s is understood', (value) => {
  expect(parseAuthorizationHeader(value)).toEqual(parts);
});

test.each(['Basic QUtJRDpzZWNyZXQ=', 'Bearer x', ''])('%j is another scheme', (value) => {
  expect(parseAuthorizationHeader(value)).toBeNull();
});

test.each([
  ['a repeated part', 'AWS4-HMAC-SHA256 Credential=a, Credential=a, SignedHeaders=host, Signature=ab'],
  ['a missing part', 'AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host'],
  ['an unknown part', 'AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=ab, Extra=1'],
  ['an empty part', 'AWS4-HMAC-SHA256 Credential=, SignedHeaders=host, Signature=ab'],
  ['another algorithm', 'AWS4-ECDSA-P256-SHA256 Credential=a, SignedHeaders=host, Signature=ab'],
])('%s is refused', (_what, value) => {
  expect(() => parseAuthorizationHeader(value)).toThrow(expect.objectContaining({ kind: 'malformed' }) as Error);
});
