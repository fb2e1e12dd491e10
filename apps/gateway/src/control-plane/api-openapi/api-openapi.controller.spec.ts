import { startTestRedis, type TestRedis } from '@sluice/testing';
import { startTestGateway, type Answer, type TestGateway } from '../../test-gateway.fixture';

let redis: TestRedis;
let gateway: TestGateway;
beforeAll(async () => {
  redis = await startTestRedis();
  gateway = await startTestGateway(redis);
});
afterAll(async () => {
  await gateway.stop();
  await redis.stop();
});

const info = { title: 'Pets', version: '1' };
const mock = {
  'x-amazon-apigateway-integration': { type: 'mock', requestTemplates: { 'application/json': '{"statusCode": 200}' } },
};
const put = (path: string, json: unknown): Promise<Answer> => gateway.request('PUT', `/v1/apis/${path}`, { json });
const get = (path: string, accept = 'application/json'): Promise<Answer> =>
  gateway.request('GET', `/v1/apis/${path}`, { headers: { accept } });

test('an imported validator refuses what its schemas refuse, references between schemas and into themselves included', async () => {
  const document = {
    openapi: '3.0.1',
    info,
    'x-amazon-apigateway-request-validators': { all: { validateRequestBody: true, validateRequestParameters: true } },
    'x-amazon-apigateway-request-validator': 'all',
    paths: {
      '/pets/{id}': {
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }],
        post: {
          ...mock,
          requestBody: {
            required: true,
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } },
          },
        },
      },
    },
    components: {
      schemas: {
        Pet: {
          type: 'object',
          required: ['name'],
          properties: {
            name: { type: 'string' },
            tag: { $ref: '#/components/schemas/Tag_1' },
            parent: { $ref: '#/components/schemas/Pet' },
          },
        },
        Tag_1: { type: 'string', nullable: true, maxLength: 3, example: 'abc' },
      },
    },
  };
  const imported = await put('checked/openapi', document);
  expect(imported.text).toContain('"severity":"info"');
  expect(imported.status).toBe(201);
  const post = async (id: string, body: unknown): Promise<number> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${gateway.publicUrl}/checked/pets/${id}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return answer.status;
  };
  expect(await post('1', { name: 'a', tag: null, parent: { name: 'b', tag: 'abc' } })).toBe(200);
  expect(await post('x', { name: 'a' })).toBe(400);
  expect(await post('1', {})).toBe(400);
  expect(await post('1', { name: 'a', tag: 'abcd' })).toBe(400);
  expect(await post('1', { name: 'a', parent: { name: 1 } })).toBe(400);
  const exported = await get('checked/openapi');
  expect((await put('checked-again/openapi', JSON.parse(exported.text))).status).toBe(201);
});

test('a stage’s export is of what the stage serves, in the form that is asked for', async () => {
  const document = (path: string): object => ({ openapi: '3.1.0', info, paths: { [path]: { get: mock } } });
  await put('staged/openapi', document('/one'));
  await put('staged/stages/prod', {});
  await put('staged/openapi', document('/two'));
  expect((await get('staged/openapi')).text).toContain('"/two"');
  const ofStage = await get('staged/openapi?stage=prod');
  expect(ofStage.text).toContain('"/one"');
  expect(ofStage.text).toContain(`${gateway.publicUrl}/staged/prod`);
  const yaml = await get('staged/openapi', 'application/yaml');
  expect(yaml.headers.get('content-type')).toBe('application/yaml');
  expect(yaml.text).toMatch(/^openapi: 3\.1\.0$/m);
  expect((await get('staged/openapi?stage=nope')).body.code).toBe('STAGE_NOT_FOUND');
});

test('an import is guarded by If-Match, and merges of two writers keep the routes of both', async () => {
  const document = (path: string): object => ({ openapi: '3.1.0', info, paths: { [path]: { get: mock } } });
  const first = await put('shared/openapi', document('/start'));
  const guarded = await gateway.request('PUT', '/v1/apis/shared/openapi', {
    json: document('/x'),
    headers: { 'if-match': '"other"' },
  });
  expect(guarded.status).toBe(412);
  expect(first.headers.get('etag')).toBe(`"${first.body.deploymentId}"`);
  const merged = await Promise.all(['/a', '/b', '/c'].map((path) => put('shared/openapi?mode=merge', document(path))));
  expect(merged.map(({ status }) => status)).toEqual([200, 200, 200]);
  for (const path of ['start', 'a', 'b', 'c']) {
    expect((await fetch(`${gateway.publicUrl}/shared/${path}`)).status).toBe(200);
  }
});

test('a merge leaves the API the product it is', async () => {
  await put('product', { apiStyle: 'rest', routes: [] });
  const document = { openapi: '3.1.0', info, paths: { '/a': { get: mock } } };
  expect((await put('product/openapi?mode=merge', document)).status).toBe(200);
  expect((await get('product')).body).toMatchObject({ apiStyle: 'rest', routes: [{ route: 'GET /a' }] });
  expect((await put('product/openapi', document)).status).toBe(200);
  expect((await get('product')).body).toMatchObject({ apiStyle: 'http' });
});

test.each([
  ['mode=replace', '"mode"'],
  ['basepath=split', '"basepath"'],
  ['failOnWarnings=yes', '"failOnWarnings"'],
  ['colour=1', '"colour"'],
])('?%s is refused by name', async (query, named) => {
  const answer = await put(`strict/openapi?${query}`, { openapi: '3.1.0', info, paths: {} });
  expect(answer.status).toBe(400);
  expect(answer.body.message).toContain(named);
});
