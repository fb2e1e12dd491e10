import { E2ePlatform } from './index';

/** As AWS exports an HTTP API, in YAML. */
const DOCUMENT = `
openapi: "3.0.1"
info:
  title: pets
  version: "2024-01-01"
paths:
  /pets/{id}:
    get:
      summary: One pet
      x-amazon-apigateway-integration:
        type: aws_proxy
        httpMethod: POST
        uri: arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:pets/invocations
        payloadFormatVersion: "2.0"
  /old/{proxy+}:
    x-amazon-apigateway-any-method:
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates:
          application/json: '{"statusCode": 410}'
x-amazon-apigateway-cors:
  allowOrigins: ["https://pets.example"]
`;

describe('OpenAPI', () => {
  let platform: E2ePlatform;
  beforeAll(async () => {
    platform = await E2ePlatform.start();
    await platform.deploy(
      'pets',
      `export const handler = async (event) => ({ statusCode: 200, body: event.pathParameters.id });`,
    );
  }, 60_000);
  afterAll(() => platform.stop());

  const importDocument = (
    path: string,
    body: string,
    headers: Record<string, string> = { 'content-type': 'application/yaml' },
  ) => platform.controlPlane.request('PUT', `/v1/apis/${path}`, { headers, body });

  test('a document from AWS becomes an API that answers', async () => {
    const imported = await importDocument('pets/openapi', DOCUMENT);
    expect(imported.status).toBe(201);
    const answer = await platform.call('/pets/pets/7', { headers: { origin: 'https://pets.example' } });
    expect(answer).toMatchObject({ status: 200, text: '7' });
    expect(answer.headers['access-control-allow-origin']).toBe('https://pets.example');
    expect((await platform.call('/pets/old/anything', { method: 'DELETE' })).status).toBe(410);
  });

  test.each(['json', 'yaml'])('an exported API imports to the same API, as %s', async (format) => {
    const exported = await platform.controlPlane.get(`/v1/apis/pets/openapi?format=${format}`);
    expect(exported.status).toBe(200);
    expect((await importDocument(`copy-${format}/openapi`, exported.text)).status).toBe(201);
    const definitionOf = async (name: string): Promise<object> => {
      const { routes, cors, documentation } = (await platform.controlPlane.get(`/v1/apis/${name}`)).json as Record<
        string,
        unknown
      >;
      return { routes, cors, documentation };
    };
    expect(await definitionOf(`copy-${format}`)).toEqual(await definitionOf('pets'));
    expect((await platform.call(`/copy-${format}/pets/9`)).text).toBe('9');
  });

  test('merge adds and replaces routes; overwrite takes away what the document does not have', async () => {
    const mock = (statusCode: number): object => ({
      type: 'mock',
      requestTemplates: { 'application/json': JSON.stringify({ statusCode }) },
    });
    const document = (paths: object): string =>
      JSON.stringify({ openapi: '3.1.0', info: { title: 'm', version: '1' }, paths });
    const path = (statusCode: number): object => ({ get: { 'x-amazon-apigateway-integration': mock(statusCode) } });
    await importDocument('merged/openapi', document({ '/a': path(201), '/b': path(201) }));
    await importDocument('merged/openapi?mode=merge', document({ '/b': path(202), '/c': path(202) }));
    const status = async (name: string): Promise<number> => (await platform.call(`/merged/${name}`)).status;
    expect([await status('a'), await status('b'), await status('c')]).toEqual([201, 202, 202]);
    await importDocument('merged/openapi', document({ '/c': path(203) }));
    expect([await status('a'), await status('c')]).toEqual([404, 203]);
  });

  test('a document with an error or, if asked, a warning changes nothing, and each place is named', async () => {
    const broken = DOCUMENT.replace('function:pets/', 'queue:pets/');
    const refused = await importDocument('refused/openapi', broken);
    expect(refused.status).toBe(400);
    expect(refused.json).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: [{ path: 'paths./pets/{id}.get.x-amazon-apigateway-integration.uri' }],
    });
    const warned = `${DOCUMENT}webhooks: {}\n`;
    expect((await importDocument('refused/openapi?failOnWarnings=true', warned)).status).toBe(400);
    expect((await platform.controlPlane.get('/v1/apis/refused')).status).toBe(404);
    const accepted = await importDocument('refused/openapi', warned);
    expect(accepted.json).toMatchObject({ findings: [{ severity: 'warning', path: 'webhooks' }] });
  });
});
