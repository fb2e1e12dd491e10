import { connectRedis, RedisKeys } from '@sluice/redis';
import { startTestRedis, waitFor, type TestRedis } from '@sluice/testing';
import { startTestGateway, type Answer, type TestGateway } from '../../test-gateway.fixture';

let redis: TestRedis;
let gateway: TestGateway;

beforeAll(async () => {
  redis = await startTestRedis();
  gateway = await startTestGateway(redis);
  const routes = [{ route: 'GET /x', integration: { type: 'mock' }, apiKeyRequired: true }];
  await gateway.request('PUT', '/v1/apis/shop', { json: { routes } });
  await gateway.request('PUT', '/v1/usage-plans/gold', { json: { stages: [{ api: 'shop' }] } });
});
afterAll(async () => {
  await gateway.stop();
  await redis.stop();
});

const post = (path: string, json?: object): Promise<Answer> =>
  gateway.request('POST', path, json === undefined ? {} : { json });
const bodyOf = ({ text }: Answer): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;
const importKeys = (csv: string): Promise<Answer> =>
  gateway.request('POST', '/v1/api-keys?mode=import', { body: csv, headers: { 'content-type': 'text/csv' } });
const opens = async (value: string): Promise<boolean> =>
  (await fetch(`${gateway.publicUrl}/shop/x`, { headers: { 'x-api-key': value } })).status === 200;

test('the value is shown once; afterwards the key is known by its first characters, and Redis never holds it', async () => {
  const created = await post('/v1/api-keys', {
    name: 'ann',
    usagePlans: ['gold'],
    customerId: 'c-7',
    tags: { team: 'a' },
  });
  expect(created.status).toBe(201);
  const { id, value } = bodyOf(created) as { id: string; value: string };
  expect(created.headers.get('location')).toBe(`/v1/api-keys/${id}`);
  expect(value).toMatch(/^[A-Za-z0-9]{52}$/);
  const shown = await gateway.request('GET', `/v1/api-keys/${id}`);
  expect(bodyOf(shown)).toMatchObject({ id, name: 'ann', enabled: true, prefix: value.slice(0, 8), customerId: 'c-7' });
  const listed = await gateway.request('GET', '/v1/api-keys');
  for (const { text } of [shown, listed]) expect(text).not.toMatch(new RegExp(`${value}|sha256`));
  const durable = await connectRedis(redis.url, { name: 'spec' });
  const keys = new RedisKeys();
  const stored = [
    await durable.hgetall(keys.configRecords('api-key')),
    await durable.xrange(keys.configChanges(), '-', '+'),
  ];
  for (const text of stored.map((one) => JSON.stringify(one))) {
    expect(text).toContain(id);
    expect(text).not.toContain(value);
  }
  await durable.quit();
});

test('a key says when it was last used', async () => {
  const { id, value } = bodyOf(await post('/v1/api-keys', { name: 'used', usagePlans: ['gold'] }));
  expect(bodyOf(await gateway.request('GET', `/v1/api-keys/${id as string}`))).not.toHaveProperty('lastUsedAt');
  expect(await opens(value as string)).toBe(true);
  await waitFor(async () => 'lastUsedAt' in bodyOf(await gateway.request('GET', `/v1/api-keys/${id as string}`)), {
    what: 'the use to be counted',
  });
});

test('a key is disabled, expires and is deleted, each at once', async () => {
  const { id, value } = bodyOf(await post('/v1/api-keys', { name: 'k', usagePlans: ['gold'] })) as {
    id: string;
    value: string;
  };
  const change = (json: object): Promise<Answer> => gateway.request('PATCH', `/v1/api-keys/${id}`, { json });
  expect(await opens(value)).toBe(true);
  await change({ enabled: false });
  expect(await opens(value)).toBe(false);
  await change({ enabled: true, expiresAt: '2020-01-01T00:00:00Z' });
  expect(await opens(value)).toBe(false);
  const changed = bodyOf(await change({ expiresAt: null, description: 'again' }));
  expect(changed).toMatchObject({ description: 'again', enabled: true });
  expect(changed).not.toHaveProperty('expiresAt');
  expect(await opens(value)).toBe(true);
  expect((await gateway.request('DELETE', `/v1/api-keys/${id}`)).status).toBe(204);
  expect(await opens(value)).toBe(false);
  expect((await change({ name: 'x' })).body.code).toBe('API_KEY_NOT_FOUND');
});

test('a rotation without a grace ends the old value at once', async () => {
  const { id, value } = bodyOf(await post('/v1/api-keys', { name: 'k', usagePlans: ['gold'] })) as {
    id: string;
    value: string;
  };
  const rotated = bodyOf(await post(`/v1/api-keys/${id}/rotate`)) as { value: string; prefix: string };
  expect([await opens(value), await opens(rotated.value)]).toEqual([false, true]);
  expect(rotated.prefix).toBe(rotated.value.slice(0, 8));
  const graced = bodyOf(await post(`/v1/api-keys/${id}/rotate`, { graceSeconds: 60 }));
  expect(graced).toHaveProperty('previousValueAcceptedUntil');
  expect(await opens(rotated.value)).toBe(true);
});

test('a value of ones own is taken once', async () => {
  const value = 'my-own-value-0123456789';
  expect((await post('/v1/api-keys', { name: 'own', usagePlans: ['gold'], value })).status).toBe(201);
  expect(await opens(value)).toBe(true);
  const again = await post('/v1/api-keys', { name: 'own', value });
  expect([again.status, again.body.details[0]?.path]).toEqual([400, 'value']);
  const short = await post('/v1/api-keys', { name: 'own', value: 'too-short' });
  expect(short.body.details[0]?.message).toBe('must be 20 to 128 letters, digits, "-" or "_"');
});

test("keys are imported from a file with AWS's columns, all of them or none", async () => {
  const file = [
    'Name,key,description,Enabled,usageplanIds',
    'first,imported-value-000000001,"says ""hi"", twice",TRUE,gold',
    'second,imported-value-000000002,,false,',
    '',
  ].join('\r\n');
  const imported = await importKeys(file);
  expect(imported.status).toBe(201);
  const { ids } = bodyOf(imported) as { ids: string[] };
  expect(ids).toHaveLength(2);
  expect(bodyOf(await gateway.request('GET', `/v1/api-keys/${ids[0] ?? ''}`))).toMatchObject({
    name: 'first',
    description: 'says "hi", twice',
    usagePlans: ['gold'],
  });
  expect(await opens('imported-value-000000001')).toBe(true);
  expect(await opens('imported-value-000000002')).toBe(false);

  const bad = await importKeys(
    [
      'name,key,enabled,usageplanIds',
      'a,imported-value-000000003,yes,gold',
      'b,short,true,gold',
      'c,imported-value-000000001,true,none',
      'd,imported-value-000000004,true',
      'e,imported-value-000000005,true,gold',
      'f,imported-value-000000005,true,gold',
    ].join('\n'),
  );
  expect([bad.status, bad.body.code]).toEqual([400, 'VALIDATION_FAILED']);
  expect(bad.body.details.map(({ path }) => path)).toEqual([
    'row 2.enabled',
    'row 3.key',
    'row 4.key',
    'row 4.usageplanIds',
    'row 5',
    'row 7.key',
  ]);
  expect(await opens('imported-value-000000005')).toBe(false);
  expect((await importKeys('key,value\na,b')).body.details.map(({ message }) => message)).toEqual([
    'has no column "name"',
    '"value" is no column; known are name, key, description, enabled, usageplanIds',
  ]);
});

test('keys are listed by pages', async () => {
  const first = bodyOf(await gateway.request('GET', '/v1/api-keys?limit=2')) as {
    apiKeys: object[];
    nextCursor: string;
  };
  expect(first.apiKeys).toHaveLength(2);
  const second = bodyOf(await gateway.request('GET', `/v1/api-keys?limit=2&cursor=${first.nextCursor}`));
  expect(second['apiKeys']).not.toEqual(first.apiKeys);
});
