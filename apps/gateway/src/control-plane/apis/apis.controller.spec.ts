import { OUTCOME } from '@sluice/contracts';
import { startTestRedis, type TestRedis } from '@sluice/testing';
import { answerEverything, startScriptedRunner, startTestGateway, type TestGateway } from '../../test-gateway.fixture';

let redis: TestRedis;
let gateway: TestGateway;
let runner: { stop(): Promise<void> };

beforeAll(async () => {
  redis = await startTestRedis();
  gateway = await startTestGateway(redis);
  runner = await startScriptedRunner(redis, (invocation) => {
    if (invocation.kind === 'probe') answerEverything(invocation);
    else invocation.answer(OUTCOME.ok, { durationUs: 1, initUs: 0 }, '{"statusCode":200}');
  });
  await gateway.request('PUT', '/v1/functions/hello', {
    body: 'export const handler = async () => 1;',
    headers: { 'content-type': 'text/plain' },
  });
});
afterAll(async () => {
  await runner.stop();
  await gateway.stop();
  await redis.stop();
});

const integration = { type: 'function', function: 'hello' };
const put = (name: string, json: unknown, headers: Record<string, string> = {}) =>
  gateway.request('PUT', `/v1/apis/${name}`, { json, headers });

describe('PUT /v1/apis/{api}', () => {
  test('201 for a new API, 200 for its next deployment, and its routes are public at once', async () => {
    const first = await put('shop', { routes: [{ route: 'GET /hello/{name}', integration }] });
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ name: 'shop', apiStyle: 'http', url: `${gateway.publicUrl}/shop` });
    expect(first.headers.get('etag')).toBe(`"${first.body.deploymentId}"`);
    expect((await fetch(`${gateway.publicUrl}/shop/hello/you`)).status).toBe(200);
    expect((await fetch(`${gateway.publicUrl}/shop/bye`)).status).toBe(404);
    const second = await put('shop', { apiStyle: 'rest', routes: [{ route: 'GET /bye', integration }] });
    expect(second.status).toBe(200);
    expect(second.body.deploymentId).not.toBe(first.body.deploymentId);
    expect((await fetch(`${gateway.publicUrl}/shop/bye`)).status).toBe(200);
    expect((await gateway.request('GET', '/v1/apis/shop')).body).toMatchObject({ routes: [{ route: 'GET /bye' }] });
  });

  test.each([
    ['an unknown function', { route: 'GET /x', integration: { ...integration, function: 'nobody' } }, 'nobody'],
    ['an unknown version', { route: 'GET /x', integration: { ...integration, qualifier: '9' } }, '"9"'],
    ['a bad route', { route: 'FETCH /x', integration }, 'FETCH'],
    ['a bad variable', { route: 'GET /{a+}/b', integration }, '{a+}'],
    ['a bad timeout', { route: 'GET /x', integration, timeoutMs: 1 }, 'timeoutMs'],
    ['an unknown setting', { route: 'GET /x', integration, cache: true }, 'cache'],
  ])('400 for %s names the route and what is wrong', async (_what, route, named) => {
    const answer = await put('bad', { routes: [{ route: 'GET /good', integration }, route] });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [{ path: expect.stringContaining('[1]') as string }],
    });
    expect(answer.text).toContain(JSON.stringify(route.route).slice(1, -1));
    expect(answer.text).toContain(JSON.stringify(named).slice(1, -1));
    expect((await gateway.request('GET', '/v1/apis/bad')).status).toBe(404);
  });

  test('400 for routes that match the same requests names both', async () => {
    const routes = ['GET /a/{x}', 'GET /a/{y}'].map((route) => ({ route, integration }));
    const answer = await put('twins', { routes });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('GET /a/{x}');
    expect(answer.text).toContain('GET /a/{y}');
  });

  test.each(['functions', 'health', '_sluice', 'Upper', 'a.b'])('400 for the name %s', async (name) => {
    expect((await put(name, { routes: [] })).status).toBe(400);
  });

  test('412 when If-Match names another deployment', async () => {
    await put('guarded', { routes: [] });
    expect((await put('guarded', { routes: [] }, { 'if-match': '"other"' })).status).toBe(412);
    const { headers } = await gateway.request('GET', '/v1/apis/guarded');
    expect((await put('guarded', { routes: [] }, { 'if-match': headers.get('etag') ?? '' })).status).toBe(200);
  });
});

test('a deleted API is gone from the list and from the public listener', async () => {
  await put('gone', { routes: [{ route: 'GET /', integration }] });
  expect((await fetch(`${gateway.publicUrl}/gone`)).status).toBe(200);
  expect((await gateway.request('DELETE', '/v1/apis/gone')).status).toBe(204);
  expect((await fetch(`${gateway.publicUrl}/gone`)).status).toBe(404);
  expect((await gateway.request('GET', '/v1/apis')).text).not.toContain('"gone"');
  expect((await gateway.request('DELETE', '/v1/apis/gone')).body).toMatchObject({ code: 'API_NOT_FOUND' });
});

test('a function and an API that needs it, changed against each other all the time, never leave a route that leads nowhere', async () => {
  const upload = () =>
    gateway.request('PUT', '/v1/functions/racy', {
      body: 'export const handler = async () => 1;',
      headers: { 'content-type': 'text/plain' },
    });
  await upload();
  const routes = [{ route: 'GET /', integration: { type: 'function', function: 'racy' } }];
  for (let round = 0; round < 5; round++) {
    const [api, deletion] = await Promise.all([
      put('racing', { routes }),
      gateway.request('DELETE', '/v1/functions/racy'),
    ]);
    expect([api.status < 300, deletion.status === 204].filter(Boolean)).toHaveLength(1);
    await gateway.request('DELETE', '/v1/apis/racing');
    await upload();
  }
});
