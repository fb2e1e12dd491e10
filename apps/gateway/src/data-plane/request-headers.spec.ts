import { readHeaders } from './request-headers';

describe('reading the head of a request', () => {
  it.each(['Host', 'Authorization', 'Content-Type', 'X-Api-Key', 'Content-Length'])(
    'refuses two %s headers, whatever their casing',
    (name) => {
      expect(() => readHeaders([name, 'a', name.toUpperCase(), 'b'])).toThrow(
        `The header ${name.toLowerCase()} is sent twice.`,
      );
    },
  );

  it.each(['h', 'api.example.com:8080', '127.0.0.1', '[::1]:80', 'a_b', 'xn--bcher-kva.example', '', 'h:'])(
    'takes %j as a host',
    (host) => {
      expect(readHeaders(['Host', host]).host).toBe(host);
    },
  );

  it.each(['a b', 'a/b', 'a@b', 'a,b c', 'h:x', '[::1', '::1', 'b\u00fccher.example', 'a%2', 'http://a'])(
    'refuses %j as a host, also behind one that is',
    (host) => {
      readHeaders(['Host', 'h']);
      expect(() => readHeaders(['host', host])).toThrow('The header host is not a host name with an optional port.');
    },
  );

  it('joins several Cookie and X-Forwarded-For headers', () => {
    const headers = readHeaders([
      'Host',
      'h',
      'cookie',
      'a=1',
      'Cookie',
      'b=2',
      'x-forwarded-for',
      '1.1.1.1',
      'X-Forwarded-For',
      '2.2.2.2',
    ]);
    expect([headers.cookie, headers.forwardedFor]).toEqual(['a=1; b=2', '1.1.1.1, 2.2.2.2']);
  });
});
