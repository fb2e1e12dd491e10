import { importDocument, type ImportedApi } from './import-document';
import { type JsonObject } from './json';

const LAMBDA =
  'arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-west-1:123456789012:function:pets:live/invocations';
const proxy = { 'x-amazon-apigateway-integration': { type: 'aws_proxy', httpMethod: 'POST', uri: LAMBDA } };
const info = { title: 'Pets', version: '1.0' };
const read = (document: object): ImportedApi => importDocument({ openapi: '3.0.1', info, ...document });
const errors = (document: object): string[] =>
  read(document).findings.flatMap(({ severity, path, message }) =>
    severity === 'error' ? [`${path}: ${message}`] : [],
  );
const warnings = (document: object): string[] =>
  read(document).findings.flatMap(({ severity, path }) => (severity === 'warning' ? [path] : []));

describe('a document exported from AWS', () => {
  const { definition } = read({
    components: {
      securitySchemes: {
        jwt: {
          type: 'oauth2',
          'x-amazon-apigateway-authorizer': {
            type: 'jwt',
            identitySource: '$request.header.Authorization',
            jwtConfiguration: { issuer: 'https://id.example', audience: ['pets'] },
          },
        },
        token: {
          type: 'apiKey',
          name: 'X-Token',
          in: 'header',
          'x-amazon-apigateway-authtype': 'custom',
          'x-amazon-apigateway-authorizer': { type: 'token', authorizerUri: LAMBDA, authorizerResultTtlInSeconds: 60 },
        },
        sigv4: { type: 'apiKey', name: 'Authorization', in: 'header', 'x-amazon-apigateway-authtype': 'awsSigv4' },
        key: { type: 'apiKey', name: 'X-API-Key', in: 'header' },
      },
      schemas: {
        Pet: {
          type: 'object',
          properties: { tags: { type: 'array', items: { $ref: '#/components/schemas/Tag_Name' } } },
        },
        Tag_Name: { type: 'string', nullable: true },
      },
    },
    'x-amazon-apigateway-request-validators': { both: { validateRequestBody: true, validateRequestParameters: true } },
    paths: {
      '/$default': { 'x-amazon-apigateway-any-method': { isDefaultRoute: true, ...proxy } },
      '/pets/{id}': {
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        post: {
          ...proxy,
          summary: 'A pet',
          security: [{ jwt: ['write'] }],
          'x-amazon-apigateway-request-validator': 'both',
          parameters: [{ name: 'dry', in: 'query', required: true, schema: { type: 'boolean' } }],
          requestBody: {
            required: true,
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } },
          },
        },
        get: { ...proxy, security: [{ token: [], key: [] }] },
        delete: { ...proxy, security: [{ sigv4: [] }] },
      },
    },
  });
  const route = (key: string): unknown => definition?.routes.find((found) => found.route === key);

  test('keeps functions, qualifiers and the default route', () => {
    expect(route('$default')).toEqual({
      route: '$default',
      integration: { type: 'function', function: 'pets', qualifier: 'live' },
    });
  });

  test('keeps who may call what', () => {
    expect(route('GET /pets/{id}')).toMatchObject({ authorization: { authorizer: 'token' }, apiKeyRequired: true });
    expect(route('DELETE /pets/{id}')).toMatchObject({ authorization: 'IAM' });
    expect(route('POST /pets/{id}')).toMatchObject({ authorization: { authorizer: 'jwt', scopes: ['write'] } });
    expect(definition?.authorizers).toMatchObject({
      jwt: { type: 'jwt', issuer: 'https://id.example', audience: ['pets'] },
      token: { event: 'TOKEN', identitySources: ['$request.header.X-Token'], resultTtlSeconds: 60, qualifier: 'live' },
    });
  });

  test('keeps validators, with schemas that stand alone and say nullable the new way', () => {
    expect(route('POST /pets/{id}')).toMatchObject({
      validate: {
        bodyRequired: true,
        body: { 'application/json': { model: 'Pet' } },
        query: { dry: { required: true, schema: { type: 'boolean' } } },
      },
    });
    expect(definition?.models).toEqual({
      Pet: {
        type: 'object',
        properties: { tags: { type: 'array', items: { $ref: '#/$defs/Tag_Name' } } },
        $defs: { Tag_Name: { type: ['string', 'null'] } },
      },
    });
  });
});

describe('the product a document describes', () => {
  const styleOf = (uriMore: object, rootMore: object = {}): unknown => {
    const integration = { ...proxy['x-amazon-apigateway-integration'], ...uriMore };
    const { definition } = read({
      paths: { '/': { get: { 'x-amazon-apigateway-integration': integration } } },
      ...rootMore,
    });
    return [definition?.apiStyle, definition?.routes[0]?.integration];
  };
  const named = { type: 'function', function: 'pets', qualifier: 'live' };

  test('is REST where functions have no payload format, and they get 1.0 as they did on AWS', () => {
    expect(styleOf({})).toEqual(['rest', named]);
  });

  test('is HTTP where they have one, and it is kept where it is not the usual one', () => {
    expect(styleOf({ payloadFormatVersion: '2.0' })).toEqual(['http', named]);
    expect(styleOf({ payloadFormatVersion: '1.0' })).toEqual(['http', { ...named, payloadFormat: '1.0' }]);
  });

  test('is REST where the document has what only REST APIs have, or says so', () => {
    const format = { payloadFormatVersion: '2.0' };
    expect(styleOf(format, { 'x-amazon-apigateway-api-key-source': 'HEADER' })).toEqual([
      'rest',
      { ...named, payloadFormat: '2.0' },
    ]);
    expect(styleOf(format, { 'x-sluice-api': { apiStyle: 'rest' } })).toEqual([
      'rest',
      { ...named, payloadFormat: '2.0' },
    ]);
  });
});

describe('integrations in AWS words', () => {
  const one = (integration: object): unknown =>
    read({ paths: { '/': { get: { 'x-amazon-apigateway-integration': integration } } } }).definition?.routes[0]
      ?.integration;

  test.each([
    ['arn:aws:lambda:us-east-1:1:function:a', { function: 'a' }],
    [
      {
        'Fn::Sub':
          'arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Hello.Arn}/invocations',
      },
      { function: 'Hello' },
    ],
    [
      'arn:aws:apigateway:r:lambda:path/2015-03-31/functions/arn:aws:lambda:r:1:function:${stageVariables.fn}/invocations',
      { function: '${stageVariables.fn}' },
    ],
  ])('a function named by %j', (uri, expected) => {
    expect(one({ type: 'AWS_PROXY', uri })).toMatchObject(expected);
  });

  test('a proxy of a REST API with its parameter mapping', () => {
    expect(
      one({
        type: 'http_proxy',
        httpMethod: 'ANY',
        uri: 'http://up.example/{proxy}',
        requestParameters: {
          'integration.request.path.proxy': 'method.request.path.proxy',
          'integration.request.header.X-Who': 'context.authorizer.principalId',
          'integration.request.querystring.v': "'1'",
          'integration.request.header.y': 'method.request.header.z',
        },
      }),
    ).toMatchObject({
      type: 'http-proxy',
      url: 'http://up.example/{proxy}',
      requestParameters: {
        'overwrite:header.X-Who': '$context.authorizer.principalId',
        'overwrite:querystring.v': '1',
        'overwrite:header.y': '$request.header.z',
      },
    });
  });

  test('a mock with headers and a body', () => {
    expect(
      one({
        type: 'mock',
        requestTemplates: { 'application/json': '{"statusCode": 204}' },
        responses: {
          default: {
            statusCode: '204',
            responseParameters: { 'method.response.header.Allow': "'GET'" },
            responseTemplates: { 'application/json': 'hi' },
          },
        },
      }),
    ).toEqual({ type: 'mock', statusCode: 204, headers: { Allow: 'GET' }, body: 'hi' });
  });
});

describe('refused with the place and what to do', () => {
  const get = (operation: object, rest: object = {}): object => ({ paths: { '/a': { get: operation } }, ...rest });

  test.each([
    ['Swagger 2.0', { openapi: undefined, swagger: '2.0' }, 'Swagger 2.0'],
    ['no integration', get({}), 'paths./a.get.x-amazon-apigateway-integration: is missing'],
    [
      'a template integration',
      get({ 'x-amazon-apigateway-integration': { type: 'aws', uri: LAMBDA } }),
      'templates of "aws"',
    ],
    [
      'a URI without a function',
      get({ 'x-amazon-apigateway-integration': { type: 'aws_proxy', uri: 'arn:aws:sqs:x' } }),
      'names no function',
    ],
    ['an unknown security scheme', get({ ...proxy, security: [{ ghost: [] }] }), 'paths./a.get.security.ghost'],
    [
      'a security scheme nobody here checks',
      get(
        { ...proxy, security: [{ basic: [] }] },
        { components: { securitySchemes: { basic: { type: 'http', scheme: 'basic' } } } },
      ),
      'not understood',
    ],
    ['security that is inherited and unknown', get(proxy, { security: [{ ghost: [] }] }), 'security.ghost'],
    ['alternatives of security', get({ ...proxy, security: [{ a: [] }, { b: [] }] }), 'alternatives'],
    ['a remote reference', { paths: { '/a': { $ref: 'https://evil.example/p' } } }, 'paths./a'],
    ['references in a circle', { paths: { '/a': { $ref: '#/paths/~1b' }, '/b': { $ref: '#/paths/~1a' } } }, 'paths./a'],
    ['an unknown validator', get({ ...proxy, 'x-amazon-apigateway-request-validator': 'ghost' }), 'names a validator'],
    [
      'skipped TLS verification',
      get({
        'x-amazon-apigateway-integration': {
          type: 'http_proxy',
          uri: 'https://x',
          tlsConfig: { insecureSkipVerification: true },
        },
      }),
      'insecureSkipVerification',
    ],
    [
      'a value out of range',
      get({ 'x-amazon-apigateway-integration': { ...proxy['x-amazon-apigateway-integration'], timeoutInMillis: 1 } }),
      'routes[0] (GET /a).timeoutMs',
    ],
  ])('%s', (_what, document, expected) => {
    expect(errors(document).join('\n')).toContain(expected);
    expect(read(document).definition).toBeNull();
  });

  test('a schema that refers out of the document', () => {
    const schemas = { A: { $ref: 'https://evil.example/s' }, B: { $ref: '#/components/schemas/Ghost' } };
    expect(errors({ paths: {}, components: { schemas } })).toEqual([
      'components.schemas.A: refers to "https://evil.example/s"; references lead into components.schemas of the same document',
      'components.schemas.B: refers to components.schemas.Ghost, which is not there',
    ]);
  });

  test('schemas that grow without end when their references are filled in', () => {
    const schemas = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, index) => [
        `S${index}`,
        { allOf: [{ $ref: `#/components/schemas/S${(index + 1) % 1_000}` }] },
      ]),
    );
    expect(errors({ paths: {}, components: { schemas } }).join('\n')).toContain('makes more than');
  });
});

test('differences to AWS are warnings, so that a caller may refuse them', () => {
  const document = {
    'x-amazon-apigateway-gateway-responses': {},
    paths: {
      '/a': {
        trace: {},
        get: {
          'x-amazon-apigateway-integration': {
            ...proxy['x-amazon-apigateway-integration'],
            connectionType: 'VPC_LINK',
            cacheKeyParameters: ['method.request.querystring.q'],
          },
        },
      },
    },
  };
  expect(warnings(document)).toEqual([
    'x-amazon-apigateway-gateway-responses',
    'paths./a.trace',
    'paths./a.get.x-amazon-apigateway-integration.connectionType',
    'paths./a.get.x-amazon-apigateway-integration.cacheKeyParameters',
  ]);
  expect(read(document).definition?.routes[0]?.cache).toMatchObject({ key: { query: ['q'] } });
});

test('the path of the server is put before the routes when asked for', () => {
  const servers = [{ url: 'https://x.example/{base}/', variables: { base: { default: 'v1' } } }];
  const document = { openapi: '3.1.0', info, servers, paths: { '/a': { get: proxy } } } as unknown as JsonObject;
  expect(importDocument(document, { basePath: 'prepend' }).definition?.routes[0]?.route).toBe('GET /v1/a');
  expect(importDocument(document).definition?.routes[0]?.route).toBe('GET /a');
});
