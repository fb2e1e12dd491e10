import { closeRedis, connectRedis, RedisKeys, type Redis } from '@sluice/redis';
import { startTestRedis, type TestRedis } from '@sluice/testing';
import { CodeCacheStore } from './code-cache-store';

const keys = new RedisKeys();
let testRedis: TestRedis;
let redis: Redis;

beforeAll(async () => {
  testRedis = await startTestRedis();
  redis = await connectRedis(testRedis.volatileUrl, { name: 'code-cache-test' });
});

afterAll(async () => {
  await closeRedis(redis);
  await testRedis.stop();
});

it('gives back what it kept, for the same package and engine only', async () => {
  const store = new CodeCacheStore({ redis, keys, hmacKey: Buffer.alloc(32, 1) });
  await store.save('fn', 'sha', 'engine', Buffer.from('machine code'));
  expect(await store.load('fn', 'sha', 'engine')).toEqual(Buffer.from('machine code'));
  expect(await store.load('fn', 'sha', 'other')).toBeNull();
  expect(await store.load('fn', 'other', 'engine')).toBeNull();
});

it('refuses a cache that was changed, moved to another place, or made under another key', async () => {
  const store = new CodeCacheStore({ redis, keys, hmacKey: Buffer.alloc(32, 1) });
  await store.save('fn', 'sha', 'engine', Buffer.from('machine code'));
  const stored = (await redis.getBuffer(keys.codeCache('fn', 'sha', 'engine'))) ?? Buffer.alloc(0);
  await redis.set(keys.codeCache('fn', 'moved', 'engine'), stored);
  expect(await store.load('fn', 'moved', 'engine')).toBeNull();
  const otherKey = new CodeCacheStore({ redis, keys, hmacKey: Buffer.alloc(32, 2) });
  expect(await otherKey.load('fn', 'sha', 'engine')).toBeNull();
  stored[stored.length - 1] = (stored.at(-1) ?? 0) ^ 1;
  await redis.set(keys.codeCache('fn', 'sha', 'engine'), stored);
  expect(await store.load('fn', 'sha', 'engine')).toBeNull();
});
