import { type RedisOptions } from 'ioredis';

type ConnectionTarget = Pick<RedisOptions, 'path' | 'host' | 'port' | 'username' | 'password' | 'db' | 'tls'>;

/**
 * `redis://[user:password@]host[:port][/db]`, the same with `rediss://` for TLS, `unix:///path[?password=&db=]`, or a bare path.
 * ioredis reads most of these; its rules for `unix:` and passwords changed between versions, so we read them ourselves.
 */
export function parseRedisUrl(url: string): ConnectionTarget {
  const parsed = new URL(url.startsWith('/') ? `unix://${url}` : url);
  const password = decodeURIComponent(parsed.password) || parsed.searchParams.get('password') || undefined;
  const username = decodeURIComponent(parsed.username) || parsed.searchParams.get('username') || undefined;
  const dbText = parsed.protocol === 'unix:' ? parsed.searchParams.get('db') : parsed.pathname.slice(1);
  const db = dbText ? Number(dbText) : undefined;
  if (db !== undefined && !Number.isInteger(db)) throw new Error(`${withoutPassword(url)} names no database number`);
  const credentials = {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(db === undefined ? {} : { db }),
  };
  switch (parsed.protocol) {
    case 'unix:':
      return { path: decodeURIComponent(parsed.pathname), ...credentials };
    case 'redis:':
    case 'rediss:':
      return {
        host: parsed.hostname.replace(/^\[|\]$/g, ''),
        port: parsed.port === '' ? 6379 : Number(parsed.port),
        ...credentials,
        ...(parsed.protocol === 'rediss:' ? { tls: { servername: parsed.hostname } } : {}),
      };
    default:
      throw new Error(`${withoutPassword(url)} is no Redis address (redis://, rediss://, unix:/// or a path)`);
  }
}

/** The address as it may be shown. */
export function withoutPassword(url: string): string {
  return url
    .replace(/\/\/[^/@]*@/, '//')
    .replace(/([?&])(password|username)=[^&]*&?/g, '$1')
    .replace(/[?&]$/, '');
}
