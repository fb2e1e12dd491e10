import { type QuotaSettings } from '@sluice/contracts';
import { closeRedis, connectRedis, RedisKeys, type Redis } from '@sluice/redis';
import { startTestRedis, waitFor, type TestRedis } from '@sluice/testing';
import { MemoryQuotaStore } from './memory-quota-store';
import { Quota } from './quota';
import { dayOf, type PeriodStarts } from './quota-period';
import { QuotaGrants } from './quota-grants';
import { type PercentListener, type PlanUse, type QuotaStore } from './quota-store';
import { RedisQuotaStore } from './redis-quota-store';

let server: TestRedis;
let redis: Redis;
const nowMs = (): number => performance.now();
const keys = new RedisKeys();

beforeAll(async () => {
  server = await startTestRedis();
  redis = await connectRedis(server.url, { name: 'spec' });
});
afterAll(async () => {
  await closeRedis(redis);
  await server.stop();
});

let lastKey = 0;
function useOf(limit: number, period: QuotaSettings['period'] = 'DAY'): PlanUse & { quota: Quota } {
  const apiKeyId = `k${++lastKey}`;
  return { planName: 'p', apiKeyId, apiName: 'a', quota: new Quota('p', apiKeyId, { limit, period, offset: 0 }) };
}

const noListener: PercentListener = () => undefined;
const redisStore = (onPercent = noListener, epochMs = Date.now): RedisQuotaStore =>
  new RedisQuotaStore({ redis, nowMs, epochMs, onPercent });

describe.each<[string, (onPercent?: PercentListener) => QuotaStore]>([
  ['in Redis', (onPercent) => redisStore(onPercent)],
  ['in memory', (onPercent = noListener) => new MemoryQuotaStore({ nowMs, epochMs: Date.now, onPercent })],
])('a quota store %s', (_where, makeStore) => {
  test('counts up to the limit and not one more; what is refused is not counted', async () => {
    const [store, use] = [makeStore(), useOf(10)];
    const count = (requests: number) => store.count([{ use, requests, served: false }]);
    expect(await count(7)).toEqual([7]);
    expect(await count(7)).toEqual([3]);
    expect(await count(1)).toEqual([0]);
    expect(use.quota.stateAt(nowMs())).toMatchObject({ used: 10, limit: 10 });
    expect(use.quota.isExhausted(nowMs())).toBe(true);
  });

  test('entries of one call share a quota, whatever API they are for', async () => {
    const [store, use] = [makeStore(), useOf(5)];
    const entries = [
      { use, requests: 3, served: false },
      { use: { ...use, apiName: 'b' }, requests: 3, served: false },
    ];
    expect(await store.count(entries)).toEqual([3, 2]);
  });

  test('requests that were served already are counted whatever the limit', async () => {
    const [store, use] = [makeStore(), useOf(5)];
    expect(await store.count([{ use, requests: 8, served: true }])).toEqual([8]);
    expect(await store.count([{ use, requests: 1, served: false }])).toEqual([0]);
  });

  test('a plan without a quota is never refused', async () => {
    const use: PlanUse = { ...useOf(1), quota: null };
    expect(await makeStore().count([{ use, requests: 1_000_000, served: false }])).toEqual([1_000_000]);
  });

  test('every percentage is reached once per period, however it is counted', async () => {
    const reached: [number, number][] = [];
    const store = makeStore((_quota, before, after) => reached.push([before, after]));
    const use = useOf(200);
    for (const requests of [100, 1, 1, 60, 99]) await store.count([{ use, requests, served: false }]);
    expect(reached).toEqual([
      [0, 50],
      [50, 51],
      [51, 81],
      [81, 100],
    ]);
  });
});

describe('the quota store in Redis', () => {
  test('64 callers of two stores together get exactly 10,000 of a quota of 10,000', async () => {
    const shared = useOf(10_000);
    const uses = [shared, { ...shared, quota: new Quota('p', shared.apiKeyId, shared.quota.settings) }];
    const stores = [redisStore(), redisStore()];
    let counted = 0;
    const caller = async (at: number): Promise<void> => {
      const [store, use] = [stores[at % 2], uses[at % 2]];
      if (store === undefined || use === undefined) throw new Error('two stores');
      for (let call = 0; call < 100; call++) {
        const [taken = 0] = await store.count([{ use, requests: 1 + (call % 3), served: false }]);
        counted += taken;
      }
    };
    await Promise.all(Array.from({ length: 64 }, (_, at) => caller(at)));
    expect(counted).toBe(10_000);
    expect(shared.quota.stateAt(nowMs()).used).toBe(10_000);
  });

  test('a new period begins by the clock of Redis, not of the gateway', async () => {
    const endsAtMs = Date.now() + 150;
    class EndingSoon extends Quota {
      override periodsAt(): PeriodStarts {
        return [endsAtMs - 200_000, endsAtMs - 100_000, endsAtMs, endsAtMs + 100_000];
      }
    }
    const { apiKeyId, ...rest } = useOf(3);
    const use = { ...rest, apiKeyId, quota: new EndingSoon('p', apiKeyId, rest.quota.settings) };
    const store = redisStore();
    expect(await store.count([{ use, requests: 9, served: false }])).toEqual([3]);
    expect(use.quota.stateAt(nowMs()).resetInMs).toBeLessThanOrEqual(150);
    await waitFor(async () => (await store.count([{ use, requests: 2, served: false }]))[0] === 2, {
      what: 'the next period',
    });
    expect(await store.count([{ use, requests: 9, served: false }])).toEqual([1]);
    expect(await redis.pttl(use.quota.key)).toBeGreaterThan(86_400_000);
  });

  test('usage is counted by day, plan, key and API, kept for its time, and says when a key was last used', async () => {
    const use = useOf(5);
    await redisStore().count([
      { use, requests: 9, served: false },
      { use: { ...use, apiName: 'b', quota: null }, requests: 4, served: false },
    ]);
    const day = keys.usageOfDay(dayOf(Date.now()));
    expect(await redis.hmget(day, `p/${use.apiKeyId}/a`, `p/${use.apiKeyId}/b`)).toEqual(['5', '4']);
    expect(await redis.ttl(day)).toBeGreaterThan(99 * 86_400);
    expect(Date.now() - Number(await redis.hget(keys.apiKeysLastUsed(), use.apiKeyId))).toBeLessThan(60_000);
  });

  test('a gateway whose clock is days off still counts', async () => {
    const use = useOf(5);
    const early = redisStore(noListener, () => Date.now() - 3 * 86_400_000);
    expect(await early.count([{ use, requests: 2, served: false }])).toEqual([2]);
  });

  test('what is granted counts in the present period; granting it twice grants it once', async () => {
    const [use, store] = [useOf(4), redisStore()];
    const grants = new QuotaGrants(redis, Date.now);
    const { settings } = use.quota;
    const count = async (requests: number) => (await store.count([{ use, requests, served: false }]))[0];
    expect(await count(9)).toBe(4);
    for (let times = 0; times < 2; times++) {
      expect(await grants.grant('p', use.apiKeyId, settings, 3)).toMatchObject({ used: 4, extraRequests: 3 });
    }
    expect(await count(9)).toBe(3);
    expect(use.quota.stateAt(nowMs())).toMatchObject({ used: 7, limit: 7 });
    expect(await grants.read('p', use.apiKeyId, settings)).toMatchObject({ used: 7, extraRequests: 3 });
    expect((await grants.read('p', 'unused', settings)).used).toBe(0);
  });
});
