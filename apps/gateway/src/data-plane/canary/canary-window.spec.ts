import { RedisRoles, type Redis } from '@sluice/redis';
import { startTestRedis, type TestRedis } from '@sluice/testing';
import { waitFor } from '@sluice/testing';
import { addToWindow } from './canary-window';
import { VariantCounts } from './variant-counts';

let server: TestRedis;
let roles: RedisRoles;
let redis: Redis;
beforeAll(async () => {
  server = await startTestRedis();
  roles = await RedisRoles.connect({ redisUrl: server.url, redisVolatileUrl: server.volatileUrl }, { name: 'spec' });
  redis = roles.volatile;
});
afterAll(async () => {
  await roles.close();
  await server.stop();
});

const pair = (): { base: VariantCounts; canary: VariantCounts } => ({
  base: new VariantCounts(),
  canary: new VariantCounts(),
});

test('every gateway sees what all of them counted, each request once', async () => {
  const name = { api: 'shop', stage: 'prod', id: 'd1' };
  const [one, other] = [pair(), pair()];
  for (let number = 0; number < 10; number++) one.canary.record(502, 5);
  for (let number = 0; number < 30; number++) other.base.record(200, 3);
  other.canary.record(200, 5);
  await addToWindow(redis, name, 60, one);
  await addToWindow(redis, name, 60, other);
  const seen = await addToWindow(redis, name, 60, one);
  expect(seen.canary).toMatchObject({ requests: 11, errors: 10 });
  expect(seen.base).toMatchObject({ requests: 30, errors: 0 });
  expect([...seen.canary.latencies.values()]).toEqual([11]);
});

test('canaries do not see one another, and what is older than the window is gone', async () => {
  const name = { api: 'shop', stage: 'prod', id: 'd2' };
  const counts = pair();
  counts.canary.record(500, 1);
  expect((await addToWindow(redis, name, 1, counts)).canary.requests).toBe(1);
  expect((await addToWindow(redis, { ...name, id: 'd3' }, 1, counts)).canary.requests).toBe(0);
  await waitFor(async () => (await addToWindow(redis, name, 1, counts)).canary.requests === 0);
  expect(await redis.keys('*canary*')).not.toHaveLength(0);
  await waitFor(async () => (await redis.keys('*canary*')).every((key) => key.includes('d1')), { timeoutMs: 5_000 });
});
