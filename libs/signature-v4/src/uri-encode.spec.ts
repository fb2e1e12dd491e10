import { uriEncode, uriEncodePath, uriReencodeQueryPart } from './uri-encode';

test('everything but unreserved characters is escaped with upper-case digits', () => {
  expect(uriEncode("aZ0-._~ /:*'")).toBe('aZ0-._~%20%2F%3A%2A%27');
});

test('a path keeps its slashes, and what is escaped is escaped again', () => {
  expect(uriEncodePath('/a:b/%3A')).toBe('/a%3Ab/%253A');
});

test('a query part comes out the same whether the signer escaped too little, enough or too much', () => {
  expect(uriReencodeQueryPart('a*b')).toBe('a%2Ab');
  expect(uriReencodeQueryPart('a%2Ab')).toBe('a%2Ab');
  expect(uriReencodeQueryPart('%61%2Ab')).toBe('a%2Ab');
  expect(uriReencodeQueryPart('a+b')).toBe('a%20b');
});
