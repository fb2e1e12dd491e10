import { closeRedis, connectRedis, type Redis } from '@sluice/redis';
import { FakeClock, startTestRedis, waitFor, type TestRedis } from '@sluice/testing';
import { type ThrottleSettings } from '@sluice/contracts';
import { Bucket } from './bucket';
import { type BucketStore } from './bucket-store';
import { MemoryBucketStore } from './memory-bucket-store';
import { RedisBucketStore } from './redis-bucket-store';

let server: TestRedis;
let redis: Redis;
const nowMs = (): number => performance.now();

beforeAll(async () => {
  server = await startTestRedis();
  redis = await connectRedis(server.volatileUrl, { name: 'spec' });
});
afterAll(async () => {
  await closeRedis(redis);
  await server.stop();
});

let lastBucket = 0;
function bucket(limits: ThrottleSettings): Bucket {
  return new Bucket('route', [`b${++lastBucket}`], limits);
}

/** Refills so slowly that no token comes back while a test runs. */
const never = (burst: number): ThrottleSettings => ({ rate: 0.001, burst });

describe.each<[string, () => BucketStore]>([
  ['in Redis', () => new RedisBucketStore(redis, nowMs)],
  ['in memory', () => new MemoryBucketStore(nowMs)],
])('a bucket store %s', (_where, makeStore) => {
  test('gives exactly the burst of a full bucket, and then nothing', async () => {
    const [store, one] = [makeStore(), bucket(never(5))];
    expect(await store.take([{ buckets: [one], requests: 3 }])).toEqual([3]);
    expect(await store.take([{ buckets: [one], requests: 3 }])).toEqual([2]);
    expect(await store.take([{ buckets: [one], requests: 3 }])).toEqual([0]);
  });

  test('a request takes from all its buckets or from none', async () => {
    const [store, wide, narrow] = [makeStore(), bucket(never(10)), bucket(never(2))];
    expect(await store.take([{ buckets: [wide, narrow], requests: 5 }])).toEqual([2]);
    expect(await store.take([{ buckets: [narrow, wide], requests: 1 }])).toEqual([0]);
    expect(await store.take([{ buckets: [wide], requests: 100 }])).toEqual([8]);
  });

  test('groups of one call share their buckets in the order they are given', async () => {
    const [store, shared, own] = [makeStore(), bucket(never(6)), bucket(never(3))];
    const groups = [
      { buckets: [shared, own], requests: 4 },
      { buckets: [shared], requests: 2 },
      { buckets: [shared], requests: 9 },
    ];
    expect(await store.take(groups)).toEqual([3, 2, 1]);
  });

  test('what is given back can be taken again, up to the burst', async () => {
    const [store, one] = [makeStore(), bucket(never(4))];
    await store.take([{ buckets: [one], requests: 2 }]);
    await store.giveBack([{ buckets: [one], requests: 1 }]);
    expect(await store.take([{ buckets: [one], requests: 9 }])).toEqual([3]);
    await store.giveBack([{ buckets: [one], requests: 100 }]);
    expect(await store.take([{ buckets: [one], requests: 9 }])).toEqual([4]);
  });

  test('the bucket knows afterwards whether it has a token', async () => {
    const [store, one] = [makeStore(), bucket(never(2))];
    await store.take([{ buckets: [one], requests: 1 }]);
    expect(one.known.hasToken(nowMs())).toBe(true);
    await store.take([{ buckets: [one], requests: 1 }]);
    expect(one.known.hasToken(nowMs())).toBe(false);
    expect(one.known.waitMs(nowMs())).toBeGreaterThan(900_000);
  });

  test('tokens flow in at the rate', async () => {
    const [store, one] = [makeStore(), bucket({ rate: 200, burst: 20 })];
    const startedAtMs = nowMs();
    let taken = 0;
    const takeAll = async (): Promise<boolean> => {
      taken += (await store.take([{ buckets: [one], requests: 100 }]))[0] ?? 0;
      return taken >= 60;
    };
    await waitFor(takeAll, { what: '40 tokens beyond the burst' });
    // 40 tokens take 200 ms; fewer would be more than the rate.
    const elapsedMs = nowMs() - startedAtMs;
    expect(taken).toBeLessThanOrEqual(20 + (elapsedMs / 1_000) * 200 + 1);
  });
});

describe('the bucket store in Redis', () => {
  const store = (): RedisBucketStore => new RedisBucketStore(redis, nowMs);

  test('any number of stores share a bucket exactly', async () => {
    const limits = never(500);
    const same = (): Bucket => new Bucket('stage', ['api', 'shared'], limits);
    const takers = Array.from({ length: 8 }, () => [store(), same()] as const);
    const taken = await Promise.all(
      takers.flatMap(([taker, one]) =>
        Array.from({ length: 50 }, async () => (await taker.take([{ buckets: [one], requests: 3 }]))[0] ?? 0),
      ),
    );
    expect(taken.reduce((sum, count) => sum + count, 0)).toBe(500);
  });

  test('a bucket is a key only until it is full again', async () => {
    const one = bucket({ rate: 100, burst: 5 });
    await store().take([{ buckets: [one], requests: 5 }]);
    expect(await redis.pttl(one.key)).toBeLessThanOrEqual(51);
    await waitFor(async () => (await redis.exists(one.key)) === 0, { what: 'the key of a full bucket to go' });
    const refused = bucket(never(1));
    await store().take([{ buckets: [one, refused], requests: 0 }]);
    expect(await redis.exists(one.key, refused.key)).toBe(0);
  });

  test('a clock of Redis that was set back refills nothing, and the bucket goes on from there', async () => {
    const one = bucket({ rate: 1_000, burst: 10 });
    const inAnHourUs = (Date.now() + 3_600_000) * 1_000;
    await redis.set(one.key, `0 ${inAnHourUs}`);
    expect(await store().take([{ buckets: [one], requests: 1 }])).toEqual([0]);
    await redis.set(one.key, `1 ${inAnHourUs}`);
    expect(await store().take([{ buckets: [one], requests: 2 }])).toEqual([1]);
    await waitFor(async () => (await store().take([{ buckets: [one], requests: 1 }]))[0] === 1, {
      what: 'a token at the rate',
    });
  });

  test('two objects of one bucket in one call are one bucket', async () => {
    const [before, after] = [1, 2].map(() => new Bucket('stage', ['api', 'changed'], never(5)));
    if (before === undefined || after === undefined) throw new Error('two buckets');
    const groups = [before, after].map((one) => ({ buckets: [one], requests: 4 }));
    expect(await store().take(groups)).toEqual([4, 1]);
    expect(after.known.hasToken(nowMs())).toBe(false);
  });
});

test('a bucket in memory refills with time, never above its burst, and tells how long the next token takes', async () => {
  const clock = new FakeClock();
  const store = new MemoryBucketStore(clock.now);
  const one = bucket({ rate: 10, burst: 3 });
  expect(await store.take([{ buckets: [one], requests: 9 }])).toEqual([3]);
  expect(one.known.waitMs(clock.now())).toBe(100);
  clock.advance(250);
  expect(await store.take([{ buckets: [one], requests: 9 }])).toEqual([2]);
  clock.advance(3_600_000);
  expect(await store.take([{ buckets: [one], requests: 9 }])).toEqual([3]);
});
