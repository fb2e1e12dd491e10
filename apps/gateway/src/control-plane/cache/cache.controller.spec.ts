import { OUTCOME } from '@sluice/contracts';
import { startTestRedis, type TestRedis } from '@sluice/testing';
import { answerEverything, startScriptedRunner, startTestGateway, type TestGateway } from '../../test-gateway.fixture';

let redis: TestRedis;
let one: TestGateway;
let other: TestGateway;
let runner: { stop(): Promise<void> };
let invocations = 0;

beforeAll(async () => {
  redis = await startTestRedis();
  [one, other] = [await startTestGateway(redis), await startTestGateway(redis)];
  runner = await startScriptedRunner(redis, (invocation) => {
    if (invocation.kind === 'probe' || invocation.functionName !== 'tagged') return answerEverything(invocation);
    invocations++;
    const { rawPath } = JSON.parse(invocation.event) as { rawPath: string };
    const answer = { statusCode: 200, headers: { 'cache-tag': `all, ${rawPath.slice(1)}` }, body: `${invocations}` };
    invocation.answer(OUTCOME.ok, { durationUs: 1, initUs: 0 }, JSON.stringify(answer));
  });
  await one.request('PUT', '/v1/functions/tagged', {
    body: 'export const handler = async () => 1;',
    headers: { 'content-type': 'text/plain' },
  });
  const integration = { type: 'function', function: 'tagged' };
  const routes = ['GET /a', 'GET /b/{id}'].map((route) => ({ route, integration }));
  const put = await one.request('PUT', '/v1/apis/shop', { json: { routes, cache: { key: { query: ['page'] } } } });
  expect(put.status).toBe(201);
});
afterAll(async () => {
  await runner.stop();
  await Promise.all([one.stop(), other.stop()]);
  await redis.stop();
});

const CACHE = '/v1/apis/shop/stages/$default/cache';

/** Whether each path is answered from the cache of each gateway. */
async function held(): Promise<string[]> {
  const states: string[] = [];
  for (const path of ['/shop/a', '/shop/b/1']) {
    for (const gateway of [one, other])
      states.push((await fetch(gateway.publicUrl + path)).headers.get('x-cache') ?? '');
  }
  return states;
}

async function flush(query = ''): Promise<void> {
  const answer = await one.request('DELETE', CACHE + query);
  expect([answer.status, answer.headers.get('x-sluice-propagation')]).toEqual([204, null]);
}

test('400 for an API whose cache key names a variable that its route does not have', async () => {
  const integration = { type: 'function', function: 'tagged' };
  const put = (path: readonly string[]) =>
    one.request('PUT', '/v1/apis/keyed', {
      json: { routes: [{ route: 'GET /{id}/{rest+}', integration, cache: { key: { path } } }] },
    });
  const refused = await put(['id', 'name']);
  expect([refused.status, refused.body.details]).toEqual([
    400,
    [{ path: 'routes[0] (GET /{id}/{rest+}).cache.key.path', message: 'the route has no variable {name}' }],
  ]);
  expect((await put(['id', 'rest'])).status).toBe(201);
});

describe('DELETE /v1/apis/{api}/stages/{stage}/cache', () => {
  test('204, and no gateway answers from what was kept before', async () => {
    await held();
    expect(await held()).toEqual(['HIT', 'HIT', 'HIT', 'HIT']);
    await flush();
    // The second gateway has what the first one fetched after the flush.
    expect(await held()).toEqual(['MISS', 'HIT', 'MISS', 'HIT']);
  });

  test.each([
    ['one route', '?route=GET%20%2Fa', ['MISS', 'HIT', 'HIT', 'HIT']],
    ['one tag', '?tag=b/1', ['HIT', 'HIT', 'MISS', 'HIT']],
    ['a tag of all', '?tag=all', ['MISS', 'HIT', 'MISS', 'HIT']],
    ['a tag nobody has', '?tag=none', ['HIT', 'HIT', 'HIT', 'HIT']],
  ])('204 for %s, and others are kept', async (_what, query, expected) => {
    await held();
    await flush(query);
    expect(await held()).toEqual(expected);
  });

  test.each([
    ['/v1/apis/nobody/stages/$default/cache', 404, 'API_NOT_FOUND'],
    ['/v1/apis/shop/stages/dev/cache', 404, 'STAGE_NOT_FOUND'],
    [`${CACHE}?route=GET%20%2Fnowhere`, 400, 'VALIDATION_FAILED'],
    [`${CACHE}?tag=a%20b`, 400, 'VALIDATION_FAILED'],
    [`${CACHE}?tags=a`, 400, 'BAD_REQUEST'],
  ])('%s is answered %i %s and flushes nothing', async (path, status, code) => {
    await held();
    const answer = await one.request('DELETE', path);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(await held()).toEqual(['HIT', 'HIT', 'HIT', 'HIT']);
  });
});

describe('GET /v1/apis/{api}/stages/{stage}/cache/preview', () => {
  const preview = (query: string) => one.request('GET', `${CACHE}/preview?${query}`);

  test('200 with the route, what is in the key, and whether an answer is held', async () => {
    await flush();
    const request = `path=${encodeURIComponent('/b/7?page=2&other=1')}&header.user-agent=me`;
    const before = await preview(request);
    expect(before.body).toMatchObject({
      route: 'GET /b/{id}',
      cached: true,
      key: { method: 'GET', path: '/b/7', query: 'page=2', headers: { host: '127.0.0.1' }, identity: 'anybody' },
      held: 'no',
    });
    await fetch(`${one.publicUrl}/shop/b/7?page=2`);
    expect((await preview(request)).body).toMatchObject({ held: 'fresh' });
  });

  test('200 says why a request is not answered from the cache', async () => {
    expect((await preview('path=/a&header.range=bytes%3D0-1')).body).toMatchObject({
      cached: false,
      reason: expect.stringContaining('part') as string,
    });
  });

  test.each([
    ['path=/nowhere', 404, 'ROUTE_NOT_FOUND'],
    ['path=a', 400, 'BAD_REQUEST'],
    ['path=/a&heeder.x=1', 400, 'BAD_REQUEST'],
  ])('%s is answered %i %s', async (query, status, code) => {
    const answer = await preview(query);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test.each([
    ['nobody/stages/$default', 'API_NOT_FOUND'],
    ['shop/stages/dev', 'STAGE_NOT_FOUND'],
  ])('%s is answered 404 %s', async (place, code) => {
    const answer = await one.request('GET', `/v1/apis/${place}/cache/preview?path=/a`);
    expect([answer.status, answer.body.code]).toEqual([404, code]);
  });
});
