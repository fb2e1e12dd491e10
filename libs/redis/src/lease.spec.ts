import { startTestRedis, type TestRedis, waitFor } from '@sluice/testing';
import { closeRedis, connectRedis, type Redis } from './connection';
import { Lease } from './lease';
import { RedisKeys } from './redis-keys';

let server: TestRedis;
let redis: Redis;
beforeAll(async () => {
  server = await startTestRedis();
  redis = await connectRedis(server.volatileUrl, { name: 'spec' });
});
afterAll(async () => {
  await closeRedis(redis);
  await server.stop();
});

const lease = (work: string, holder: string, durationMs = 60_000): Lease =>
  new Lease({ redis, key: new RedisKeys().lease(work), holder, durationMs });

test('of many that ask at once one gets it, and keeps it as long as it asks', async () => {
  const leases = Array.from({ length: 20 }, (_, index) => lease('many', `p${index}`));
  const first = await Promise.all(leases.map((one) => one.hold()));
  expect(first.filter(Boolean)).toHaveLength(1);
  expect(await Promise.all(leases.map((one) => one.hold()))).toEqual(first);
});

test('one that is given up is free at once, but only its holder can give it up', async () => {
  const [one, two] = [lease('given', 'one'), lease('given', 'two')];
  await one.hold();
  await two.release();
  expect(await two.hold()).toBe(false);
  await one.release();
  expect(await two.hold()).toBe(true);
});

test('one whose holder fell silent goes to the next', async () => {
  await lease('silent', 'one', 50).hold();
  await waitFor(() => lease('silent', 'two').hold(), { what: 'the lease' });
  expect(await lease('silent', 'one').hold()).toBe(false);
});
