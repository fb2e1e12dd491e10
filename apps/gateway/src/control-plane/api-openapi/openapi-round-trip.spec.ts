import { type ApiDefinition, parseApiDefinition } from '@sluice/contracts';
import { exportDocument } from './export-document';
import { importDocument } from './import-document';
import { type JsonObject } from './json';

const fn = { type: 'function', function: 'hello' };
/** One API per thing that a document could lose. */
const APIS: Readonly<Record<string, object>> = {
  'an empty one': { routes: [] },
  'every kind of route': {
    apiStyle: 'rest',
    description: 'All sorts.',
    routes: [
      { route: '$default', integration: fn },
      { route: 'ANY /files/{path+}', integration: { ...fn, qualifier: '3', payloadFormat: '1.0' } },
      {
        route: 'GET /pets/{id}',
        integration: { ...fn, function: 'pets-${stageVariables.env}', qualifier: '$LATEST' },
        timeoutMs: 500,
      },
      { route: 'PATCH /~tilde/a.b', integration: { ...fn, responseParameters: { '4xx': { 'append:header.x': 'y' } } } },
      {
        route: 'HEAD /',
        integration: fn,
        documentation: { operationId: 'root', summary: 'S', description: 'D', tags: ['t'] },
      },
    ],
  },
  'integrations with settings AWS has no word for': {
    routes: [
      {
        route: 'GET /proxy/{proxy+}',
        integration: {
          type: 'http-proxy',
          url: 'https://up.example/{proxy}?a=${stageVariables.b}',
          method: 'POST',
          retries: 3,
          circuitBreaker: { failures: 2 },
          tls: { serverName: 'inner', ca: 'PEM' },
          requestParameters: { 'append:header.x': '$request.header.y', 'overwrite:path': '/z' },
          responseParameters: { '200': { 'overwrite:statuscode': '202' } },
        },
      },
      { route: 'GET /plain', integration: { type: 'http-proxy', url: 'http://up.example/' } },
      { route: 'GET /mock', integration: { type: 'mock', statusCode: 201, headers: { 'X-A': "it's" }, body: 'text' } },
      { route: 'GET /mock-template', integration: { type: 'mock', body: { id: '$context.requestId', n: [1, null] } } },
      { route: 'GET /mock-vtl', integration: { type: 'mock', body: '#set($x = $input.json("$"))' } },
      { route: 'GET /old', integration: { type: 'redirect', location: '/new/{id}', statusCode: 308, keepQuery: true } },
    ],
  },
  'authorization of all kinds': {
    authorizers: {
      sigv4: { type: 'function', function: 'who', event: 'TOKEN', identityValidationExpression: '^Bearer .+$' },
      request: {
        type: 'function',
        function: 'who',
        qualifier: '2',
        event: 'REQUEST-1.0',
        identitySources: ['$request.header.X-Key', '$request.querystring.k', '$context.identity.sourceIp'],
        resultTtlSeconds: 0,
        timeoutMs: 500,
      },
      simple: { type: 'function', function: 'who', simpleResponses: true, identitySources: [] },
      jwt: {
        type: 'jwt',
        issuer: 'https://id.example/',
        audience: ['a', 'b'],
        algorithms: ['ES256'],
        clockSkewSeconds: 5,
      },
    },
    apiKeySource: 'AUTHORIZER',
    resourcePolicy: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal: '*', Action: '*', Resource: '*' }],
    },
    routes: [
      { route: 'GET /iam', integration: fn, authorization: 'IAM', apiKeyRequired: true },
      { route: 'GET /none', integration: fn, authorization: 'NONE', apiKeyRequired: false },
      { route: 'GET /token', integration: fn, authorization: { authorizer: 'sigv4' } },
      { route: 'GET /request', integration: fn, authorization: { authorizer: 'request' } },
      { route: 'GET /simple', integration: fn, authorization: { authorizer: 'simple' } },
      { route: 'GET /jwt', integration: fn, authorization: { authorizer: 'jwt', scopes: ['read', 'write'] } },
    ],
  },
  'settings of the whole API': {
    cache: { ttlSeconds: 60, key: { query: ['page'] } },
    throttle: { rate: 10.5, burst: 20 },
    clientAddresses: { allow: ['10.0.0.0/8'], deny: ['10.1.1.1'] },
    cors: { allowOrigins: ['https://a.example'], allowHeaders: ['x'], maxAgeSeconds: 60, allowCredentials: true },
    binaryMediaTypes: ['image/*'],
    minimumCompressionSizeBytes: 1024,
    documentation: { title: 'Pets', version: '2.1' },
    routes: [
      {
        route: 'GET /cached',
        integration: fn,
        cache: { key: { query: ['a', 'b'], headers: ['x'] } },
        throttle: { rate: 1, burst: 1 },
      },
      { route: 'GET /never', integration: fn, cache: false, bodyBytesMax: 10 },
    ],
  },
  validation: {
    models: {
      Pet: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string' },
          parent: { $ref: '#' },
          tag: { $ref: '#/$defs/Tag' },
          $ref: { type: 'string' },
        },
        $defs: { Tag: { enum: [{ $ref: '#/not/a/reference' }] } },
      },
      Anything: true,
    },
    routes: [
      {
        route: 'POST /pets/{id}/{rest+}',
        integration: fn,
        validate: {
          bodyRequired: true,
          body: {
            'application/json': { model: 'Pet' },
            'application/vnd.a~b+json': {
              type: 'array',
              items: { $ref: '#/$defs/Item' },
              $defs: { Item: { type: 'number' } },
            },
          },
          query: { limit: { required: true, schema: { type: 'integer' } }, q: {} },
          headers: { 'x-a': { schema: { model: 'Anything' } } },
          path: { id: { required: true, schema: { type: 'integer' } }, rest: {} },
        },
      },
      { route: 'POST /body', integration: fn, validate: { body: { 'application/json': { type: 'object' } } } },
      { route: 'GET /query', integration: fn, validate: { query: { a: { required: true } } } },
      { route: 'GET /nothing', integration: fn, validate: {} },
    ],
  },
};

const byRoute = (definition: ApiDefinition): ApiDefinition => ({
  ...definition,
  routes: [...definition.routes].sort((a, b) => (a.route < b.route ? -1 : 1)),
});
const options = { name: 'pets', serverUrl: 'http://127.0.0.1:8080/pets' };

describe.each(Object.entries(APIS))('%s', (_name, input) => {
  const definition = parseApiDefinition(input);

  test('comes back from its export as it was, without an error', () => {
    const { definition: imported, findings } = importDocument(exportDocument(definition, options));
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(imported && byRoute(imported)).toEqual(byRoute(definition));
  });

  test('is exported the same after it was imported, through JSON text', () => {
    const text = JSON.stringify(exportDocument(definition, options));
    const { definition: imported } = importDocument(JSON.parse(text) as JsonObject);
    expect(JSON.parse(JSON.stringify(imported && exportDocument(imported, options)))).toEqual(JSON.parse(text));
  });
});

/** Numbers that are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('500 APIs put together at random from all of these come back as they were', () => {
  const inputs = Object.values(APIS) as {
    apiStyle?: string;
    routes: { route: string }[];
    [setting: string]: unknown;
  }[];
  const settings = inputs.flatMap(({ routes: _routes, authorizers: _a, models: _m, ...rest }) => Object.entries(rest));
  const names = inputs.map(({ authorizers, models }) => ({
    authorizers: authorizers as object,
    models: models as object,
  }));
  const authorizers = Object.assign({}, ...names.map((one) => one.authorizers)) as object;
  const models = Object.assign({}, ...names.map((one) => one.models)) as object;
  const routes = inputs.flatMap((input) => input.routes);
  for (let seed = 1; seed <= 500; seed++) {
    const random = seeded(seed);
    const some = <T>(list: readonly T[], share: number): T[] => list.filter(() => random() < share);
    const definition = parseApiDefinition({
      apiStyle: random() < 0.5 ? 'rest' : 'http',
      ...Object.fromEntries(
        some(
          settings.filter(([name]) => name !== 'apiStyle'),
          0.4,
        ),
      ),
      authorizers,
      models,
      routes: some(routes, 0.4),
    });
    const exported = exportDocument(definition, options);
    const { definition: imported, findings } = importDocument(exported);
    if (imported === null) throw new Error(`seed ${seed}: ${JSON.stringify(findings)}`);
    expect([seed, byRoute(imported)]).toEqual([seed, byRoute(definition)]);
    expect([seed, exportDocument(imported, options)]).toEqual([seed, exported]);
  }
});

test('what AWS has words for is said in them alone', () => {
  const definition = parseApiDefinition({
    routes: [
      { route: 'GET /a/{id}', integration: fn, timeoutMs: 500, apiKeyRequired: true },
      { route: 'GET /b', integration: { type: 'http-proxy', url: 'http://up.example/' } },
      { route: 'GET /c', integration: { type: 'mock', statusCode: 204 }, authorization: 'IAM' },
    ],
    cors: { allowOrigins: ['*'] },
  });
  const text = JSON.stringify(exportDocument(definition, options));
  expect(text).not.toContain('x-sluice-route');
  expect(text).toContain('"x-sluice-api":{"documentation":null}');
  expect(text).toContain('function:hello/invocations');
});
