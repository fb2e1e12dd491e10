import { NOT_AUTHORIZED } from '../request-authorization';
import { type Routed } from '../request-context';
import { readHeaders } from '../request-headers';
import { type CompiledRoute } from '../routes/compiled-route';
import { buildEvent } from './build-event';

const REQUEST_ID = '01234567-89ab-cdef-0123-456789abcdef';

/** The fields an event is made of; the rest of a routed request plays no part. */
function event(
  route: Partial<CompiledRoute>,
  request: Partial<Routed> & { rawHeaders?: string[] } = {},
): Record<string, unknown> {
  const key = route.routeKey ?? 'GET /pets/{id}';
  const context = {
    request: { httpVersion: '1.1' },
    requestId: REQUEST_ID,
    receivedEpochMs: Date.UTC(2020, 2, 4, 19, 15, 17, 250),
    method: 'GET',
    mount: '/shop',
    stagePath: '',
    routedPath: '/pets/7',
    rawQuery: '',
    sourceIp: '203.0.113.9',
    pathParameters: { id: '7' },
    body: Buffer.alloc(0),
    authorization: NOT_AUTHORIZED,
    ...request,
    headers: readHeaders(request.rawHeaders ?? ['Host', 'api.example.com:8080']),
    route: {
      style: 'http',
      apiName: 'shop',
      deploymentId: 'd1',
      stage: { name: '$default', variables: {}, canary: false, settings: null },
      stageVariablesJson: '',
      canaryJson: '',
      resource: '/pets/{id}',
      payloadFormat: '2.0',
      ...route,
      routeKey: key,
      routeKeyJson: JSON.stringify(key),
    },
  } as unknown as Routed;
  return JSON.parse(buildEvent(context)) as Record<string, unknown>;
}

describe('payload format 2.0', () => {
  it('has the shape AWS documents', () => {
    expect(
      event(
        {},
        {
          rawQuery: 'a=1&a=2&b=%20x+y',
          rawHeaders: [
            'Host',
            'api.example.com:8080',
            'User-Agent',
            'curl',
            'X-Two',
            '1',
            'x-two',
            '2',
            'Cookie',
            'c1=a; c2=b',
          ],
        },
      ),
    ).toEqual({
      version: '2.0',
      routeKey: 'GET /pets/{id}',
      rawPath: '/pets/7',
      rawQueryString: 'a=1&a=2&b=%20x+y',
      cookies: ['c1=a', 'c2=b'],
      headers: {
        host: 'api.example.com:8080',
        'user-agent': 'curl',
        'x-two': '1,2',
        traceparent: '00-0123456789abcdef0123456789abcdef-0123456789abcdef-00',
        'x-amzn-trace-id': 'Root=1-5e5ffe45-0123456789abcdef01234567',
        'x-forwarded-for': '203.0.113.9',
        'x-forwarded-port': '8080',
        'x-forwarded-prefix': '/shop',
        'x-forwarded-proto': 'http',
      },
      queryStringParameters: { a: '1,2', b: ' x y' },
      requestContext: {
        accountId: '000000000000',
        apiId: 'shop',
        domainName: 'api.example.com',
        domainPrefix: 'api',
        http: { method: 'GET', path: '/pets/7', protocol: 'HTTP/1.1', sourceIp: '203.0.113.9', userAgent: 'curl' },
        requestId: REQUEST_ID,
        routeKey: 'GET /pets/{id}',
        stage: '$default',
        time: '04/Mar/2020:19:15:17 +0000',
        timeEpoch: 1_583_349_317_250,
      },
      pathParameters: { id: '7' },
      isBase64Encoded: false,
    });
  });

  it('leaves out what is empty', () => {
    expect(Object.keys(event({}, { pathParameters: null }))).toEqual([
      'version',
      'routeKey',
      'rawPath',
      'rawQueryString',
      'headers',
      'requestContext',
      'isBase64Encoded',
    ]);
  });
});

describe('payload format 1.0', () => {
  const rest = { style: 'rest', payloadFormat: '1.0' } as const;

  it('has null for what is empty, and no version on rest APIs', () => {
    const seen = event(rest, { pathParameters: null });
    expect(seen).toMatchObject({
      resource: '/pets/{id}',
      path: '/pets/7',
      httpMethod: 'GET',
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      stageVariables: null,
      body: null,
      isBase64Encoded: false,
    });
    expect(seen).not.toHaveProperty('version');
    expect(event({ payloadFormat: '1.0' })).toMatchObject({ version: '1.0' });
  });

  it('keeps the last value in single maps and all in multi-value maps, names as sent', () => {
    expect(
      event(rest, {
        rawQuery: 'a=1&a=2',
        rawHeaders: ['Host', 'h', 'X-Two', '1', 'X-Two', '2', 'authorization', 'Basic x', 'user-agent', 'curl'],
      }),
    ).toMatchObject({
      headers: { Host: 'h', 'X-Two': '2', Authorization: 'Basic x', 'User-Agent': 'curl', 'X-Forwarded-Port': '80' },
      multiValueHeaders: { 'X-Two': ['1', '2'] },
      queryStringParameters: { a: '2' },
      multiValueQueryStringParameters: { a: ['1', '2'] },
      requestContext: {
        identity: { sourceIp: '203.0.113.9', userAgent: 'curl' },
        requestTime: '04/Mar/2020:19:15:17 +0000',
        resourcePath: '/pets/{id}',
        stage: '$default',
      },
    });
  });
});

describe('both formats', () => {
  it('say what an authorizer found out, each in its own way', () => {
    const authorization = {
      ...NOT_AUTHORIZED,
      authorizerV1: '{"principalId":"ann"}',
      authorizerV2: '{"lambda":{"n":1}}',
    };
    expect(event({ payloadFormat: '1.0' }, { authorization })).toMatchObject({
      requestContext: { authorizer: { principalId: 'ann' } },
    });
    expect(event({ payloadFormat: '2.0' }, { authorization })).toMatchObject({
      requestContext: { authorizer: { lambda: { n: 1 } } },
    });
  });

  it("do not hand on hop-by-hop headers, nor a client's own word on the way it came", () => {
    const seen = event(
      {},
      {
        rawHeaders: [
          'Host',
          'h',
          'Connection',
          'close',
          'TE',
          'x',
          'Content-Length',
          '3',
          'X-Forwarded-Proto',
          'https',
          'X-Forwarded-Prefix',
          '/admin',
          'x-forwarded-for',
          '1.2.3.4',
        ],
      },
    );
    expect(Object.keys(seen['headers'] as object)).toEqual([
      'host',
      'traceparent',
      'x-amzn-trace-id',
      'x-forwarded-for',
      'x-forwarded-port',
      'x-forwarded-prefix',
      'x-forwarded-proto',
    ]);
    expect(seen['headers']).toMatchObject({
      'x-forwarded-for': '1.2.3.4, 203.0.113.9',
      'x-forwarded-prefix': '/shop',
      'x-forwarded-proto': 'http',
    });
  });

  it.each([
    ['text', 'text/plain', Buffer.from('grüß'), 'grüß', false],
    ['JSON', 'application/json; charset=utf-8', Buffer.from('{"a":1}'), '{"a":1}', false],
    ['no type', '', Buffer.from('x'), 'x', false],
    ['an image', 'image/png', Buffer.from([137, 80]), 'iVA=', true],
    ['text that is no UTF-8', 'text/plain', Buffer.from([0xff, 0xfe]), '//4=', true],
    ['text with a replacement character of its own', 'text/plain', Buffer.from('\ufffd'), '\ufffd', false],
  ])('a body of %s arrives unharmed', (_name, type, body, text, isBase64Encoded) => {
    for (const payloadFormat of ['1.0', '2.0'] as const) {
      expect(event({ payloadFormat }, { body, rawHeaders: ['Host', 'h', 'Content-Type', type] })).toMatchObject({
        body: text,
        isBase64Encoded,
      });
    }
  });

  it('take any name as data', () => {
    for (const payloadFormat of ['1.0', '2.0'] as const) {
      const query = event({ payloadFormat }, { rawQuery: '__proto__=x&constructor=y&%E0%A4%A=z' })[
        'queryStringParameters'
      ] as Record<string, string>;
      expect(Object.entries(query)).toEqual([
        ['__proto__', 'x'],
        ['constructor', 'y'],
        ['%E0%A4%A', 'z'],
      ]);
    }
  });
});
