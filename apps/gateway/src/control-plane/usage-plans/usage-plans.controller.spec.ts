import { connectRedis, RedisKeys } from '@sluice/redis';
import { startTestRedis, type TestRedis } from '@sluice/testing';
import { startTestGateway, type Answer, type TestGateway } from '../../test-gateway.fixture';

let redis: TestRedis;
let gateway: TestGateway;

beforeAll(async () => {
  redis = await startTestRedis();
  gateway = await startTestGateway(redis);
  for (const api of ['shop', 'stock'])
    await gateway.request('PUT', `/v1/apis/${api}`, {
      json: { routes: [{ route: 'GET /x', integration: { type: 'mock' } }] },
    });
});
afterAll(async () => {
  await gateway.stop();
  await redis.stop();
});

const put = (name: string, json: object, headers: Record<string, string> = {}): Promise<Answer> =>
  gateway.request('PUT', `/v1/usage-plans/${name}`, { json, headers });
const bodyOf = ({ text }: Answer): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

test('a plan is made, read, replaced and deleted; AWS prices hold unless it has its own', async () => {
  const created = await put('gold', { stages: [{ api: 'shop' }], quota: { limit: 10, period: 'WEEK', offset: 1 } });
  expect(created.status).toBe(201);
  expect(created.headers.get('location')).toBe('/v1/usage-plans/gold');
  expect(bodyOf(created)).toMatchObject({
    name: 'gold',
    stages: [{ api: 'shop', stage: '$default', routes: {} }],
    quota: { limit: 10, period: 'WEEK', offset: 1 },
    priceTiers: [{ upToRequests: 333_000_000, microDollarsPerMillion: 3_500_000 }, {}, {}, { upToRequests: null }],
  });
  const etag = created.headers.get('etag') ?? '';
  expect((await gateway.request('GET', '/v1/usage-plans/gold', { headers: { 'if-none-match': etag } })).status).toBe(
    304,
  );
  expect((await put('gold', { stages: [] }, { 'if-match': etag })).status).toBe(200);
  expect((await put('gold', { stages: [] }, { 'if-match': etag })).status).toBe(412);
  expect(bodyOf(await gateway.request('GET', '/v1/usage-plans'))['usagePlans']).toHaveLength(1);
  expect((await gateway.request('DELETE', '/v1/usage-plans/gold')).status).toBe(204);
  const gone = await gateway.request('GET', '/v1/usage-plans/gold');
  expect([gone.status, gone.body.code]).toEqual([404, 'USAGE_PLAN_NOT_FOUND']);
});

test.each<[string, object, string]>([
  ['an API that is not there', { stages: [{ api: 'none' }] }, 'stages[0].api'],
  ['a stage that is not there', { stages: [{ api: 'shop', stage: 'beta' }] }, 'stages[0].stage'],
  ['a stage twice', { stages: [{ api: 'shop' }, { api: 'shop' }] }, 'stages'],
  [
    'a route that is not served',
    { stages: [{ api: 'shop', routes: { 'GET /y': { rate: 1, burst: 1 } } }] },
    'stages[0].routes',
  ],
  ['an offset that AWS refuses', { stages: [], quota: { limit: 1, period: 'DAY', offset: 1 } }, 'quota.offset'],
  [
    'alerts without a quota',
    { stages: [], quotaAlerts: { percents: [50], url: 'https://example.com/' } },
    'quotaAlerts',
  ],
  [
    'tiers that do not rise',
    {
      stages: [],
      priceTiers: [
        { upToRequests: 5, microDollarsPerMillion: 1 },
        { upToRequests: 5, microDollarsPerMillion: 1 },
        { upToRequests: null, microDollarsPerMillion: 1 },
      ],
    },
    'priceTiers[1].upToRequests',
  ],
  [
    'an end after the last tier',
    { stages: [], priceTiers: [{ upToRequests: 5, microDollarsPerMillion: 1 }] },
    'priceTiers[0].upToRequests',
  ],
  ['an unknown setting', { stages: [], rate: 5 }, 'rate'],
])('%s is refused by name', async (_what, plan, path) => {
  const refused = await put('bad', plan);
  expect([refused.status, refused.body.code]).toEqual([400, 'VALIDATION_FAILED']);
  expect(refused.body.details.map((detail) => detail.path)).toEqual([path]);
});

test('a plan that keys belong to is not deleted; the keys are named', async () => {
  await put('used', { stages: [{ api: 'shop' }] });
  const { id } = bodyOf(await gateway.request('POST', '/v1/api-keys', { json: { name: 'k', usagePlans: ['used'] } }));
  const refused = await gateway.request('DELETE', '/v1/usage-plans/used');
  expect([refused.status, refused.body.code]).toEqual([409, 'USAGE_PLAN_IN_USE']);
  expect(refused.body.details).toEqual([{ path: id, message: 'is the key "k"' }]);
});

test('no key gets one stage from two plans, whichever side is changed', async () => {
  await put('one', { stages: [{ api: 'shop' }] });
  await put('two', { stages: [{ api: 'stock' }] });
  const key = await gateway.request('POST', '/v1/api-keys', { json: { name: 'k', usagePlans: ['one', 'two'] } });
  expect(key.status).toBe(201);
  const widened = await put('two', { stages: [{ api: 'stock' }, { api: 'shop' }] });
  expect(widened.body.message).toContain('would get shop/$default from the plan "one" as well');
  await put('three', { stages: [{ api: 'shop' }] });
  const both = await gateway.request('POST', '/v1/api-keys', { json: { name: 'k', usagePlans: ['one', 'three'] } });
  expect(both.body.details).toEqual([
    { path: 'usagePlans', message: '"one" and "three" both have the stage shop/$default' },
  ]);
});

test('the secret of alerts is encrypted at rest, never shown, and not handed on to another address', async () => {
  const plan = { stages: [], quota: { limit: 1, period: 'DAY' } };
  const alerts = { percents: [80], url: 'https://example.com/hook' };
  await put('alerts', { ...plan, quotaAlerts: { ...alerts, secret: 'canary-secret-of-alerts' } });
  const signed = async (): Promise<unknown> =>
    bodyOf(await gateway.request('GET', '/v1/usage-plans/alerts'))['quotaAlerts'];
  expect(await signed()).toEqual({ ...alerts, signed: true });
  await put('alerts', { ...plan, quotaAlerts: alerts });
  expect(await signed()).toEqual({ ...alerts, signed: true });
  const durable = await connectRedis(redis.url, { name: 'spec' });
  const stored = JSON.stringify(await durable.hgetall(new RedisKeys().configRecords('usage-plan')));
  await durable.quit();
  expect(stored).toContain('example.com');
  expect(stored).not.toContain('canary-secret');
  await put('alerts', { ...plan, quotaAlerts: { ...alerts, url: 'https://other.example/hook' } });
  expect(await signed()).toMatchObject({ signed: false });
});
