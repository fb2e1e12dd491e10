import { closeRedis, connectRedis, RedisKeys, type Redis } from '@sluice/redis';
import { startTestRedis, type TestRedis, waitFor } from '@sluice/testing';
import { MetricHousekeeping } from './metric-housekeeping';

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

test('of three gateways one does the work, and when it stops another one goes on', async () => {
  const keys = new RedisKeys('housekeeping-1:');
  const runs: string[] = [];
  const gateways = ['a', 'b', 'c'].map((gatewayId) => ({
    gatewayId,
    housekeeping: new MetricHousekeeping({
      redis,
      keys,
      gatewayId,
      works: [{ name: 'the work', everyMs: 0, run: async () => void runs.push(gatewayId) }],
      nowMs: () => performance.now(),
      onError: () => undefined,
      tickMs: 5,
    }),
  }));
  for (const { housekeeping } of gateways) housekeeping.start();
  await waitFor(() => runs.length >= 10);
  const [first] = runs;
  expect(new Set(runs)).toEqual(new Set([first]));
  await gateways.find(({ gatewayId }) => gatewayId === first)?.housekeeping.stop();
  const until = runs.length;
  await waitFor(() => runs.length >= until + 10);
  expect(runs.slice(until)).not.toContain(first);
  await Promise.all(gateways.map(({ housekeeping }) => housekeeping.stop()));
});

test('work that fails is told once, tried again, and keeps no other work from being done', async () => {
  const [errors, runs]: [string[], string[]] = [[], []];
  let failing = true;
  const housekeeping = new MetricHousekeeping({
    redis,
    keys: new RedisKeys('housekeeping-2:'),
    gatewayId: 'a',
    works: [
      {
        name: 'the first',
        everyMs: 0,
        run: async () => {
          runs.push('first');
          if (failing) throw new Error('not yet');
        },
      },
      { name: 'the second', everyMs: 0, run: async () => void runs.push('second') },
    ],
    nowMs: () => performance.now(),
    onError: (message) => errors.push(message),
    tickMs: 5,
  });
  housekeeping.start();
  await waitFor(() => runs.length >= 6);
  failing = false;
  await housekeeping.stop();
  expect(runs.slice(0, 4)).toEqual(['first', 'second', 'first', 'second']);
  expect(errors).toEqual(['the first failed; it is tried again']);
});

test('work is done as often as it says, not with every look', async () => {
  let nowMs = 0;
  let runs = 0;
  const housekeeping = new MetricHousekeeping({
    redis,
    keys: new RedisKeys('housekeeping-3:'),
    gatewayId: 'a',
    works: [{ name: 'hourly', everyMs: 3_600_000, run: async () => void runs++ }],
    nowMs: () => nowMs++,
    onError: () => undefined,
    tickMs: 1,
  });
  housekeeping.start();
  await waitFor(() => nowMs >= 20);
  expect(runs).toBe(1);
  nowMs += 3_600_000;
  await waitFor(() => runs === 2);
  await housekeeping.stop();
});
