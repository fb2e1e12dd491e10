import { parseRedisUrl, withoutPassword } from './redis-url';

describe('Redis address', () => {
  test.each([
    ['redis://127.0.0.1:7000/4', { host: '127.0.0.1', port: 7000, db: 4 }],
    ['redis://:p%40ss@cache', { host: 'cache', port: 6379, password: 'p@ss' }],
    ['redis://me:secret@[::1]', { host: '::1', port: 6379, username: 'me', password: 'secret' }],
    ['rediss://cache.example', { host: 'cache.example', port: 6379, tls: { servername: 'cache.example' } }],
    ['unix:///run/a%20b/redis.sock?password=x&db=2', { path: '/run/a b/redis.sock', password: 'x', db: 2 }],
    ['/run/redis.sock', { path: '/run/redis.sock' }],
  ])('%s', (url, target) => {
    expect(parseRedisUrl(url)).toEqual(target);
  });

  test('another protocol or a database that is no number is refused without showing the password', () => {
    expect(() => parseRedisUrl('http://a:secret@b')).toThrow('http://b is no Redis address');
    expect(() => parseRedisUrl('redis://:secret@b/one')).toThrow('redis://b/one names no database number');
  });

  test('is shown without its credentials', () => {
    expect(withoutPassword('redis://me:secret@b:1/2')).toBe('redis://b:1/2');
    expect(withoutPassword('unix:///a.sock?password=secret&db=2')).toBe('unix:///a.sock?db=2');
    expect(withoutPassword('unix:///a.sock?db=2&password=secret')).toBe('unix:///a.sock?db=2');
  });
});
