import { closeRedis, connectRedis, StoreCircuit, type Redis } from '@sluice/redis';
import { startTestRedis, waitFor, type TestRedis } from '@sluice/testing';
import { Bucket } from './buckets/bucket';
import { RateGate, type WithoutStore } from './buckets/rate-gate';
import { RedisBucketStore } from './buckets/redis-bucket-store';
import { Quota } from './quotas/quota';
import { QuotaGate } from './quotas/quota-gate';
import { QuotaGrants } from './quotas/quota-grants';
import { dayOf } from './quotas/quota-period';
import { type PlanUse } from './quotas/quota-store';
import { RedisQuotaStore } from './quotas/redis-quota-store';
import { Throttle, type ThrottleRefusal } from './throttle';
import { UsageBuffer } from './usage/usage-buffer';
import { UsageReader } from './usage/usage-reader';

let server: TestRedis;
let durable: Redis;
let volatile: Redis;
const stops: (() => void)[] = [];
const nowMs = (): number => performance.now();

beforeAll(async () => {
  server = await startTestRedis();
  durable = await connectRedis(server.url, { name: 'spec' });
  volatile = await connectRedis(server.volatileUrl, { name: 'spec' });
});
afterEach(() => stops.splice(0).forEach((stop) => stop()));
afterAll(async () => {
  await Promise.all([closeRedis(durable), closeRedis(volatile)]);
  await server.stop();
});

interface Started {
  readonly throttle: Throttle;
  readonly usage: UsageBuffer;
  readonly changes: string[];
}

/** What one gateway has, on the real stores. */
function start(withoutStore: WithoutStore = 'open'): Started {
  const changes: string[] = [];
  const circuitOf = (name: string, redis: Redis): StoreCircuit =>
    new StoreCircuit({
      probe: () => redis.ping(),
      onChange: (error) => void changes.push(`${name} ${error === null ? 'back' : 'away'}`),
      probeIntervalMs: 20,
    });
  const [bucketCircuit, quotaCircuit] = [circuitOf('buckets', volatile), circuitOf('quotas', durable)];
  const quotas = new RedisQuotaStore({ redis: durable, nowMs, epochMs: Date.now, onPercent: () => undefined });
  const usage = new UsageBuffer(quotas, quotaCircuit);
  const rates = new RateGate({
    store: new RedisBucketStore(volatile, nowMs),
    circuit: bucketCircuit,
    withoutStore,
    nowMs,
  });
  const gate = new QuotaGate({ store: quotas, circuit: quotaCircuit, usage, withoutStore, nowMs });
  stops.push(() => [bucketCircuit, quotaCircuit].forEach((circuit) => circuit.stop()));
  return { throttle: new Throttle(rates, gate, nowMs), usage, changes };
}

let last = 0;
const bucketOf = (burst: number): Bucket => new Bucket('stage', [`t${++last}`], { rate: 0.001, burst });
function useOf(limit: number | null): PlanUse {
  const apiKeyId = `t${++last}`;
  const quota = limit === null ? null : new Quota('plan', apiKeyId, { limit, period: 'DAY', offset: 0 });
  return { planName: 'plan', apiKeyId, apiName: 'api', quota };
}

async function takeTimes(throttle: Throttle, times: number, buckets: readonly Bucket[], use: PlanUse | null = null) {
  return Promise.all(Array.from({ length: times }, async () => throttle.take(buckets, use)));
}
const passed = (results: readonly (ThrottleRefusal | null)[]): number => results.filter((one) => one === null).length;

async function whileStopped(role: 'durable' | 'volatile', action: () => Promise<void>): Promise<void> {
  const pid = server.pids[role]();
  if (pid === undefined) throw new Error(`the ${role} server runs`);
  process.kill(pid, 'SIGSTOP');
  try {
    await action();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

test('a request that is refused by one limit takes nothing from any other', async () => {
  const { throttle } = start();
  const [wide, narrow, use] = [bucketOf(10), bucketOf(8), useOf(3)];
  const results = await takeTimes(throttle, 20, [wide, narrow], use);
  expect(passed(results)).toBe(3);
  // The tokens of those that the quota refused were given back: seven and five are left.
  let [ofWide, ofNarrow] = [0, 0];
  const takeAll = async (): Promise<boolean> => {
    ofWide += passed(await takeTimes(throttle, 10, [wide]));
    ofNarrow += passed(await takeTimes(throttle, 10, [narrow]));
    return ofWide >= 7 && ofNarrow >= 5;
  };
  await waitFor(takeAll, { what: 'the tokens that were given back' });
  expect([ofWide, ofNarrow]).toEqual([7, 5]);
  const grants = new QuotaGrants(durable, Date.now);
  expect((await grants.read('plan', use.apiKeyId, { limit: 3, period: 'DAY', offset: 0 })).used).toBe(3);
});

test('what a rate refuses is not counted in the quota', async () => {
  const { throttle } = start();
  const [bucket, use] = [bucketOf(4), useOf(100)];
  const results = await takeTimes(throttle, 30, [bucket], use);
  expect(passed(results)).toBe(4);
  expect(results.find((one) => one !== null)).toEqual({ kind: 'rate', bucket });
  expect(use.quota?.stateAt(nowMs()).used).toBe(4);
});

test('requests of one moment go to Redis together', async () => {
  const { throttle } = start();
  const calls = async (redis: Redis): Promise<number> =>
    Number(/cmdstat_evalsha:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0);
  await takeTimes(throttle, 1, [bucketOf(1)], useOf(1)); // the scripts are known from here on
  const [buckets, quotas] = [await calls(volatile), await calls(durable)];
  const [shared, use] = [bucketOf(1_000), useOf(1_000)];
  await Promise.all(Array.from({ length: 200 }, async (_, at) => throttle.take([shared, bucketOf(at + 1)], use)));
  expect((await calls(volatile)) - buckets).toBe(1);
  expect((await calls(durable)) - quotas).toBeLessThanOrEqual(2);
});

test('an empty bucket refuses without asking Redis', async () => {
  const { throttle } = start();
  const bucket = bucketOf(2);
  await takeTimes(throttle, 3, [bucket]);
  const before = await volatile.info('commandstats');
  expect(throttle.take([bucket], null)).toEqual({ kind: 'rate', bucket });
  expect(throttle.knownEmpty([bucketOf(1), bucket])).toBe(bucket);
  const evals = (info: string) => /cmdstat_evalsha:calls=(\d+)/.exec(info)?.[1];
  expect(evals(await volatile.info('commandstats'))).toBe(evals(before));
});

test('a plan without a quota waits for nothing, and its requests are counted within the second', async () => {
  const { throttle, usage } = start();
  const use = useOf(null);
  for (let times = 0; times < 7; times++) expect(throttle.take([], use)).toBeNull();
  await usage.flush();
  const today = dayOf(Date.now());
  const entries = await new UsageReader(durable).read(today, today, 'plan');
  expect(entries.find(({ apiKeyId }) => apiKeyId === use.apiKeyId)?.requests).toBe(7);
});

describe('while Redis is away', () => {
  test('each gateway keeps the rates by itself, and nobody waits for Redis to time out', async () => {
    const { throttle, changes } = start();
    const bucket = bucketOf(10);
    await takeTimes(throttle, 4, [bucket]);
    await whileStopped('volatile', async () => {
      // Redis's own timeout for a command is a second: nobody waits for that.
      const givenUp = volatile.ping().catch(() => 'Redis gave up');
      const decided = takeTimes(throttle, 30, [bucket]).then(passed);
      expect(await Promise.race([decided, givenUp])).toBe(6);
      expect(changes).toEqual(['buckets away']);
      expect(passed(await takeTimes(throttle, 3, [bucketOf(2)]))).toBe(2);
    });
    await waitFor(() => changes.includes('buckets back'), { what: 'the store to be found again' });
    expect(passed(await takeTimes(throttle, 5, [bucketOf(3)]))).toBe(3);
  });

  test('quotas are kept by what the gateway last knew, and what was served is counted when Redis is back', async () => {
    const { throttle, usage, changes } = start();
    const use = useOf(10);
    await takeTimes(throttle, 4, [], use);
    await whileStopped('durable', async () => {
      await takeTimes(throttle, 1, [], use); // finds out; whether it was counted nobody knows
      expect(changes).toEqual(['quotas away']);
      expect(passed(await takeTimes(throttle, 20, [], use))).toBe(5);
    });
    await waitFor(() => changes.includes('quotas back'), { what: 'the store to be found again' });
    await usage.flush();
    expect(passed(await takeTimes(throttle, 20, [], use))).toBe(0);
    expect(use.quota?.stateAt(nowMs()).used).toBe(10);
  });

  test('nothing that is limited passes where that was chosen', async () => {
    const { throttle } = start('closed');
    await whileStopped('volatile', async () => {
      const results = await takeTimes(throttle, 3, [bucketOf(10)]);
      expect(results).toEqual(Array.from({ length: 3 }, () => ({ kind: 'store-away' })));
      expect(await throttle.take([], null)).toBeNull();
    });
  });
});
