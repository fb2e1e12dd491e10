import { startTestRedis, type TestRedis, waitFor } from '@sluice/testing';
import { closeRedis, connectRedis, duplicateForBlocking } from './connection';
import { RedisRoles } from './redis-roles';

describe('Redis connection', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startTestRedis();
  });
  afterAll(() => server.stop());

  test('an address where nothing answers is an error that names it without the password', async () => {
    const connecting = connectRedis('redis://:secret@127.0.0.1:1', { name: 'spec', connectTimeoutMs: 100 });
    await expect(connecting).rejects.toThrow('The Redis at redis://127.0.0.1:1 does not answer (ECONNREFUSED).');
  });

  test('a wrong password is an error that says so', async () => {
    const url = server.url.replace(/password=.*/, 'password=wrong');
    await expect(connectRedis(url, { name: 'spec', connectTimeoutMs: 200 })).rejects.toThrow('WRONGPASS');
  });

  test('a command that Redis does not answer fails after a second', async () => {
    const redis = await connectRedis(server.url, { name: 'spec' });
    const pid = server.pids.durable();
    if (pid === undefined) throw new Error('the durable server runs');
    process.kill(pid, 'SIGSTOP');
    try {
      const startMs = performance.now();
      await expect(redis.get('a')).rejects.toThrow('timed out');
      expect(performance.now() - startMs).toBeLessThan(1500);
    } finally {
      process.kill(pid, 'SIGCONT');
      redis.disconnect();
    }
  });

  test('while Redis is away commands fail at once, nothing in flight runs twice, and the connection comes back', async () => {
    const errors: string[] = [];
    const redis = await connectRedis(server.volatileUrl, {
      name: 'spec',
      onError: (error) => errors.push(error.message),
    });
    const pid = server.pids.volatile();
    if (pid === undefined) throw new Error('the volatile server runs');
    process.kill(pid, 'SIGSTOP');
    const inFlight = redis.incr('counter');
    process.kill(pid, 'SIGKILL');
    await expect(inFlight).rejects.toThrow();
    await expect(redis.get('a')).rejects.toThrow();
    await waitFor(() => redis.status === 'ready', { what: 'a new connection' });
    expect(await redis.get('counter')).toBeNull();
    await closeRedis(redis);
  });

  test('a waiting connection waits longer than a command may take', async () => {
    const redis = await connectRedis(server.url, { name: 'spec' });
    const waiting = duplicateForBlocking(redis, 'spec:waiting');
    expect(await waiting.blpop('empty-list', 1.2)).toBeNull();
    await Promise.all([closeRedis(redis), closeRedis(waiting)]);
  });

  test('roles go to their own servers, under names an operator can find', async () => {
    const roles = await RedisRoles.connect(
      { redisUrl: server.url, redisVolatileUrl: server.volatileUrl },
      { name: 'gateway' },
    );
    await roles.durable.set('role', 'durable');
    expect(await roles.volatile.get('role')).toBeNull();
    const blocking = roles.forBlocking('volatile', 'worker');
    await waitFor(async () => {
      const clients = String(await roles.volatile.client('LIST'));
      return clients.includes('name=gateway:volatile ') && clients.includes('name=gateway:worker ');
    });
    await closeRedis(blocking);
    await roles.close();
  });

  test('one role that cannot be reached fails the start', async () => {
    const urls = { redisUrl: server.url, redisVolatileUrl: 'redis://127.0.0.1:1' };
    await expect(RedisRoles.connect(urls, { name: 'x', connectTimeoutMs: 100 })).rejects.toThrow('redis://127.0.0.1:1');
  });
});
