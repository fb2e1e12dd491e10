import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { startTestRedis, type TestRedis } from './test-redis';
import { waitFor } from './wait-for';

/** Sends inline commands to the server of a `unix:` address and answers the replies. */
function ask(url: string, ...commands: string[]): Promise<string> {
  const { pathname, searchParams } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(decodeURIComponent(pathname));
    let replies = '';
    socket.setEncoding('utf8').on('data', (text: string) => (replies += text));
    socket.on('error', reject).on('close', () => resolve(replies));
    socket.write([`AUTH ${searchParams.get('password')}`, ...commands, 'QUIT', ''].join('\r\n'));
  });
}

describe('test Redis', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startTestRedis();
  });
  afterAll(() => redis.stop());

  test('only the durable server writes to disk, and neither evicts', async () => {
    expect(await ask(redis.url, 'CONFIG GET appendonly')).toContain('yes');
    expect(await ask(redis.volatileUrl, 'CONFIG GET appendonly')).toContain('no');
    for (const url of [redis.url, redis.volatileUrl]) {
      expect(await ask(url, 'CONFIG GET maxmemory-policy')).toContain('noeviction');
    }
  });

  test('nobody gets in without the password', async () => {
    const withoutPassword = redis.url.replace(/password=.*/, 'password=guess');
    expect(await ask(withoutPassword, 'PING')).toMatch('NOAUTH');
  });

  test('a killed server comes back with its data', async () => {
    await ask(redis.url, 'SET kept 1');
    const pid = redis.pids.durable();
    if (pid === undefined) throw new Error('the durable server runs');
    process.kill(pid, 'SIGKILL');
    await waitFor(() => redis.pids.durable() !== undefined && redis.pids.durable() !== pid, { what: 'a new server' });
    // While it reads its file it answers LOADING.
    await waitFor(async () => (await ask(redis.url, 'GET kept')).includes('$1\r\n1\r\n'), { what: 'the kept value' });
  });

  test('stop leaves neither a server nor a file', async () => {
    const other = await startTestRedis();
    const directory = dirname(new URL(other.url).pathname);
    const pid = other.pids.durable();
    expect(existsSync(directory)).toBe(true);
    await other.stop();
    expect(existsSync(directory)).toBe(false);
    expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH');
  });
});
