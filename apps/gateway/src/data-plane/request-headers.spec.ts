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
