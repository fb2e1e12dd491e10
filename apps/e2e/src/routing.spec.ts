import { E2ePlatform } from './index';

const WHO = `export const handler = async (event: any) => ({ statusCode: 200, body: JSON.stringify({ routeKey: event.routeKey ?? event.requestContext.resourceId, parameters: event.pathParameters ?? null }) });`;

describe('routing', () => {
  let platform: E2ePlatform;
  beforeAll(async () => {
    platform = await E2ePlatform.start();
    await platform.deploy('who', WHO);
  }, 60_000);
  afterAll(() => platform.stop());

  const routes = (...keys: string[]): { route: string; function: string }[] =>
    keys.map((route) => ({ route, function: 'who' }));

  test.each([
    ['GET', '/pets/dog/1', 'GET /pets/dog/1', null],
    ['GET', '/pets/dog/2', 'GET /pets/dog/{id}', { id: '2' }],
    ['GET', '/pets/cat/1', 'GET /pets/{proxy+}', { proxy: 'cat/1' }],
    ['POST', '/pets/cat/1', 'ANY /{proxy+}', { proxy: 'pets/cat/1' }],
    ['POST', '/test/5', 'ANY /{proxy+}', { proxy: 'test/5' }],
    ['GET', '/', '$default', null],
  ])("AWS's example of precedence: %s %s", async (method, path, routeKey, parameters) => {
    await platform.controlPlane.putApi(
      'pets',
      routes('GET /pets/dog/1', 'GET /pets/dog/{id}', 'GET /pets/{proxy+}', 'ANY /{proxy+}', '$default'),
    );
    expect((await platform.call(`/pets${path}`, { method })).json).toEqual({ routeKey, parameters });
  });

  test('path parameters are decoded once', async () => {
    await platform.controlPlane.putApi('decode', routes('GET /{a}/{b+}'));
    expect((await platform.call('/decode/x%20y%2520/caf%C3%A9/z')).json).toMatchObject({
      parameters: { a: 'x y%20', b: 'café/z' },
    });
  });

  test('a specific method beats ANY', async () => {
    await platform.controlPlane.putApi('methods', routes('ANY /a', 'PUT /a'));
    expect((await platform.call('/methods/a', { method: 'PUT' })).json).toMatchObject({ routeKey: 'PUT /a' });
    expect((await platform.call('/methods/a', { method: 'PATCH' })).json).toMatchObject({ routeKey: 'ANY /a' });
  });

  test('REST APIs ignore a trailing slash, HTTP APIs do not', async () => {
    await platform.controlPlane.putApi('slash-http', routes('GET /a'), 'http');
    await platform.controlPlane.putApi('slash-rest', routes('GET /a'), 'rest');
    expect((await platform.call('/slash-http/a/')).status).toBe(404);
    expect((await platform.call('/slash-rest/a/')).status).toBe(200);
  });

  test.each([
    ['an unknown function', [{ route: 'GET /x', function: 'nobody' }], /nobody/],
    ['the same route twice', routes('GET /a/{x}', 'GET /a/{y}'), /GET \/a\/\{y\}/],
    ['a method that is none', routes('FETCH /a'), /FETCH/],
    ['a greedy variable that is not last', routes('GET /{a+}/b'), /\{a\+\}/],
  ])('%s is refused by name, and the API stays as it was', async (_what, definition, named) => {
    await platform.controlPlane.putApi('steady', routes('GET /ok'));
    const refused = await platform.controlPlane.putApi('steady', definition);
    expect([refused.status, refused.json]).toEqual([400, expect.objectContaining({ code: 'VALIDATION_FAILED' })]);
    expect(refused.text).toMatch(named);
    expect((await platform.call('/steady/ok')).status).toBe(200);
  });

  test('many routes: each of 2,000 answers for itself', async () => {
    const keys = Array.from({ length: 2_000 }, (_, i) => `GET /team-${i}/items/{id}`);
    expect((await platform.controlPlane.putApi('many', routes(...keys))).status).toBe(201);
    for (const i of [0, 1, 999, 1_999])
      expect((await platform.call(`/many/team-${i}/items/7`)).json).toMatchObject({
        routeKey: keys[i],
        parameters: { id: '7' },
      });
  });
});
