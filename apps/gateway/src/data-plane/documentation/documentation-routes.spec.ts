import { startTestRedis, type TestRedis } from '@sluice/testing';
import { startScriptedRunner, startTestGateway, type TestGateway } from '../../test-gateway.fixture';

let redis: TestRedis;
let gateway: TestGateway;
let runner: { stop(): Promise<void> };
beforeAll(async () => {
  redis = await startTestRedis();
  gateway = await startTestGateway(redis);
  runner = await startScriptedRunner(redis);
  await gateway.request('PUT', '/v1/functions/secret-name', {
    body: 'export const handler = async () => 1;',
    headers: { 'content-type': 'text/plain' },
  });
});
afterAll(async () => {
  await runner.stop();
  await gateway.stop();
  await redis.stop();
});

const HOSTILE = '</style><script>alert(1)</script>"&';
const integration = { type: 'function', function: 'secret-name' };
const api = (more: object): object => ({
  routes: [
    {
      route: 'GET /pets/{id}',
      integration,
      documentation: { summary: `A pet ${HOSTILE}` },
      authorization: { authorizer: 'who' },
    },
    { route: 'ANY /pets/{id}', integration },
    { route: 'POST /files/{path+}', integration, validate: { query: { dry: { schema: { type: 'boolean' } } } } },
    { route: '$default', integration },
  ],
  authorizers: { who: { type: 'function', function: 'secret-name' } },
  resourcePolicy: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: '*' }],
  },
  ...more,
});
const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(gateway.publicUrl + path, { headers });

describe('an API with its documentation enabled', () => {
  beforeAll(async () => {
    const documentation = { title: `Pets ${HOSTILE}`, version: '2' };
    const answer = await gateway.request('PUT', '/v1/apis/pets', { json: api({ documentation }) });
    expect(answer.status).toBe(201);
    await gateway.request('PUT', '/v1/apis/pets/stages/beta', { json: {} });
  });

  test('has a page that loads and runs nothing, and in which nothing of a user is markup', async () => {
    const page = await get('/pets/docs');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const html = await page.text();
    expect(html).toContain('/pets/{id}');
    expect(html).not.toContain('<script');
    expect(html).not.toContain('undefined');
    expect(html).not.toMatch(/\b(src|href)="(?!openapi\.json")/);
  });

  test('has a document of its operations under the address it was asked at, and says nothing of what is behind them', async () => {
    const text = await (await get('/pets/openapi.json')).text();
    const document = JSON.parse(text) as { paths: Record<string, object>; servers: object[]; info: object };
    expect(document).toMatchObject({ openapi: '3.1.0', servers: [{ url: '/pets' }], info: { version: '2' } });
    expect(Object.keys(document.paths)).toEqual(['/pets/{id}', '/files/{path}']);
    expect(Object.keys(document.paths['/pets/{id}'] ?? {}).sort()).toEqual(['delete', 'get', 'patch', 'post', 'put']);
    expect(text).not.toContain('secret-name');
    expect(text).not.toContain('x-');
    expect(text).not.toContain('Statement');
    const ofStage = (await (await get('/pets/beta/openapi.json')).json()) as object;
    expect(ofStage).toMatchObject({ servers: [{ url: '/pets/beta' }] });
  });
});

test('an API has none of it unless it asks for it, and its own routes come first', async () => {
  await gateway.request('PUT', '/v1/apis/quiet', { json: { routes: [{ route: 'GET /x', integration }] } });
  expect((await get('/quiet/docs')).status).toBe(404);
  expect((await get('/quiet/openapi.json')).status).toBe(404);
  const mock = { type: 'mock', statusCode: 418 };
  const routes = [{ route: 'ANY /docs', integration: mock }];
  await gateway.request('PUT', '/v1/apis/own', { json: { routes, documentation: {} } });
  expect((await get('/own/docs')).status).toBe(418);
  expect((await get('/own/openapi.json')).status).toBe(200);
});

test('documentation keeps to the addresses an API lets in', async () => {
  const settings = { documentation: {}, clientAddresses: { deny: ['127.0.0.1', '::1'] } };
  await gateway.request('PUT', '/v1/apis/closed', { json: { routes: [], ...settings } });
  expect((await get('/closed/docs')).status).toBe(403);
});
