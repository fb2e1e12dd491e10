import { closeRedis, connectRedis, RedisKeys, type Redis } from '@sluice/redis';
import { startTestRedis, type TestRedis } from '@sluice/testing';
import { dayOf, dayText } from '@sluice/throttling';
import { startTestGateway, type Answer, type TestGateway } from '../../test-gateway.fixture';

let redis: TestRedis;
let durable: Redis;
let gateway: TestGateway;
let key: string;
const keys = new RedisKeys();
const day = (text: string): number => dayOf(Date.parse(`${text}T00:00:00Z`));

beforeAll(async () => {
  redis = await startTestRedis();
  durable = await connectRedis(redis.url, { name: 'spec' });
  gateway = await startTestGateway(redis);
  const routes = [{ route: 'GET /x', integration: { type: 'mock' } }];
  await gateway.request('PUT', '/v1/apis/shop', { json: { routes } });
  const gold = { stages: [{ api: 'shop' }], quota: { limit: 500_000_000, period: 'MONTH', offset: 4 } };
  await gateway.request('PUT', '/v1/usage-plans/gold', { json: gold });
  await gateway.request('PUT', '/v1/usage-plans/plain', { json: { stages: [] } });
  const named = { name: '=HYPERLINK("http://evil")', customerId: 'ACME, Inc.', usagePlans: ['gold'] };
  key = (bodyOf(await gateway.request('POST', '/v1/api-keys', { json: named })) as { id: string }).id;
  // What gateways have counted on earlier days.
  await count('2026-03-02', 'gold', key, 'shop', 300_000_000);
  await count('2026-03-04', 'gold', key, 'shop', 33_000_000);
  await count('2026-03-05', 'gold', key, 'shop', 1_000_000);
  await count('2026-03-05', 'gold', key, 'stock', 2);
  await count('2026-03-05', 'plain', 'k9', 'shop', 2);
});
afterAll(async () => {
  await gateway.stop();
  await closeRedis(durable);
  await redis.stop();
});

const count = (date: string, plan: string, apiKeyId: string, api: string, requests: number): Promise<number> =>
  durable.hset(keys.usageOfDay(day(date)), `${plan}/${apiKeyId}/${api}`, requests);
const bodyOf = ({ text }: Answer): unknown => JSON.parse(text);
const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
  gateway.request('GET', path, { headers });

test('requests and their cost by plan; tiers go on from the beginning of the month', async () => {
  expect(bodyOf(await get('/v1/usage?from=2026-03-04&to=2026-03-05'))).toEqual({
    from: '2026-03-04',
    to: '2026-03-05',
    groupBy: ['plan'],
    currency: 'USD',
    rows: [
      { plan: 'gold', requests: 34_000_002, costMicroDollars: 118_300_005, cost: '118.300005' },
      { plan: 'plain', requests: 2, costMicroDollars: 7, cost: '0.000007' },
    ],
    total: { requests: 34_000_004, costMicroDollars: 118_300_012, cost: '118.300012' },
  });
});

test('groups are combined, and add up to the same', async () => {
  const report = bodyOf(await get('/v1/usage?from=2026-03-04&to=2026-03-05&groupBy=day,api')) as {
    rows: { day: string; api: string; requests: number }[];
    total: { costMicroDollars: number };
  };
  expect(report.rows.map((row) => [row.day, row.api, row.requests])).toEqual([
    ['2026-03-04', 'shop', 33_000_000],
    ['2026-03-05', 'shop', 1_000_002],
    ['2026-03-05', 'stock', 2],
  ]);
  expect(report.total.costMicroDollars).toBe(118_300_012);
});

test('as CSV, text of users is never a formula', async () => {
  const path = '/v1/usage?from=2026-03-05&to=2026-03-05&groupBy=key';
  const csv = await get(path, { accept: 'text/csv' });
  expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(csv.text.split('\r\n')).toEqual([
    'key,keyName,customerId,requests,costUsd',
    `${key},"'=HYPERLINK(""http://evil"")","ACME, Inc.",1000002,2.800005`,
    'k9,,,2,0.000007',
    '',
  ]);
  expect((await get(`${path}&format=csv`)).text).toBe(csv.text);
});

test.each([
  ['?from=2026-02-30', '"from" must be a day'],
  ['?from=2026-03-02&to=2026-03-01', '"from" is after "to"'],
  ['?from=2025-01-01&to=2026-01-01', 'At most 100 days'],
  ['?groupBy=stage', '"groupBy" must be one or more of plan, key, api, day'],
  ['?format=xml', '"format" must be json or csv'],
  ['?groupby=plan', 'is not known'],
])('%s is refused with what is right', async (query, message) => {
  const refused = await get(`/v1/usage${query}`);
  expect(refused.status).toBe(400);
  expect(refused.body.message).toContain(message);
});

test("of a plan, each key's requests used and remaining per day, over the change of a period", async () => {
  const usage = bodyOf(await get('/v1/usage-plans/gold/usage?from=2026-03-03&to=2026-03-06')) as { items: object };
  // The month of this plan begins on the 5th.
  expect(usage.items).toEqual({
    [key]: [
      [0, 200_000_000],
      [33_000_000, 167_000_000],
      [1_000_002, 498_999_998],
      [0, 498_999_998],
    ],
  });
  const other = bodyOf(
    await gateway.request('POST', '/v1/api-keys', { json: { name: 'other', usagePlans: ['gold'] } }),
  ) as { id: string };
  const path = '/v1/usage-plans/gold/usage?from=2026-03-05&to=2026-03-05&limit=1';
  const first = bodyOf(await get(path)) as { items: object; nextCursor: string };
  const second = bodyOf(await get(`${path}&cursor=${first.nextCursor}`)) as { items: object };
  expect({ ...first.items, ...second.items }).toEqual({
    [key]: [[1_000_002, 498_999_998]],
    [other.id]: [[0, 500_000_000]],
  });
  expect(bodyOf(await get('/v1/usage-plans/gold/usage?key=nobody'))).toMatchObject({ items: {} });
});

test('what is granted stands in the present period', async () => {
  const path = `/v1/usage-plans/gold/keys/${key}/usage`;
  const granted = await gateway.request('PATCH', path, { json: { extraRequests: 7 } });
  expect(bodyOf(granted)).toMatchObject({ used: 0, limit: 500_000_000, extraRequests: 7, remaining: 500_000_007 });
  const today = dayText(dayOf(Date.now()));
  expect(bodyOf(await get(`/v1/usage-plans/gold/usage?from=${today}`))).toMatchObject({
    items: { [key]: [[0, 500_000_007]] },
  });
  const unknown = await gateway.request('PATCH', '/v1/usage-plans/gold/keys/other/usage', {
    json: { extraRequests: 7 },
  });
  expect(unknown.body.code).toBe('API_KEY_NOT_FOUND');
  const negative = await gateway.request('PATCH', path, { json: { extraRequests: -1 } });
  expect(negative.body.code).toBe('VALIDATION_FAILED');
});
