import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo } from 'node:net';
import { waitFor } from '@sluice/testing';
import { E2ePlatform, RawConnection, type Answer, type CallOptions } from './index';

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}
// aws4 has no types of its own.
const { sign } = createRequire(__filename)('aws4') as {
  sign(this: void, request: object, key: Key): { path: string; headers: Record<string, string> };
};

const FUNCTION = `
export const handler = async (event: any) => {
  switch (event.queryStringParameters?.how) {
    case 'throw': throw new Error('no');
    case 'malformed': return { statusCode: 200, colour: 'red', body: 7 };
    case 'hang': return new Promise(() => {});
    default: return { statusCode: 200, body: 'good' };
  }
};`;

const AUTHORIZER = `
const policy = (Effect: string, Resource: string) => ({ principalId: 'p', policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }] } });
export const handler = async (event: any) => {
  switch (event.headers['x-who'] ?? event.headers['X-Who']) {
    case 'friend': return policy('Allow', '*');
    case 'banned': return policy('Deny', '*');
    case 'elsewhere': return policy('Allow', 'arn:aws:execute-api:local:000000000000:other/*');
    case 'unauthorized': throw new Error('Unauthorized');
    case 'malformed': return 'yes';
    default: throw new Error('broken');
  }
};`;

type Style = 'rest' | 'http';
const STYLES = ['rest', 'http'] as const;

/** What a caller must get: status, body and error type of AWS's, the code and a reason of ours. */
interface Expected {
  readonly status: number;
  readonly body: string;
  /** Only REST APIs say it. */
  readonly errorType?: string;
  readonly code: string;
  readonly headers?: Readonly<Record<string, unknown>>;
}

describe('every failure the gateway answers itself', () => {
  let platform: E2ePlatform;
  let upstream: Server;
  let userKey: Key;

  beforeAll(async () => {
    // An upstream that takes every request and answers none.
    upstream = createServer(() => undefined);
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    platform = await E2ePlatform.start({ env: { SLUICE_EGRESS_ALLOW: '127.0.0.1:*' } });
    await platform.deploy('f', FUNCTION, { timeoutMs: 400 });
    await platform.deploy('authorizer', AUTHORIZER);
    await platform.deploy('private', FUNCTION, { url: 'IAM' });
    for (const apiStyle of STYLES) await control('PUT', `/v1/apis/${apiStyle}`, { apiStyle, ...definition() });
    await control('PUT', '/v1/users/nobody', {});
    userKey = (await control('POST', '/v1/users/nobody/access-keys', {})).json as Key;
    for (const api of STYLES) {
      await control('PUT', `/v1/usage-plans/quota-${api}`, { stages: [{ api }], quota: { limit: 1, period: 'MONTH' } });
      await control('PUT', `/v1/usage-plans/rate-${api}`, { stages: [{ api }], throttle: { rate: 0.01, burst: 1 } });
    }
  }, 90_000);
  afterAll(async () => {
    await platform.stop();
    upstream.closeAllConnections();
    upstream.close();
  });

  function definition(): object {
    const f = { type: 'function', function: 'f' };
    const mock = { type: 'mock', body: 'good' };
    const port = (upstream.address() as AddressInfo).port;
    const gate = {
      type: 'function',
      function: 'authorizer',
      identitySources: ['$request.header.x-who'],
      resultTtlSeconds: 0,
    };
    const withGate = { authorization: { authorizer: 'gate' } };
    return {
      authorizers: {
        gate: { ...gate, event: 'REQUEST-2.0' },
        tokens: { type: 'jwt', issuer: 'http://127.0.0.1:1', audience: ['a'] },
      },
      routes: [
        { route: 'GET /function', integration: f },
        { route: 'GET /signed', integration: mock, authorization: 'IAM' },
        { route: 'GET /gated/{path+}', integration: mock, ...withGate },
        { route: 'GET /token', integration: mock, authorization: { authorizer: 'tokens' } },
        { route: 'GET /keyed', integration: mock, apiKeyRequired: true },
        { route: 'GET /throttled', integration: mock, throttle: { rate: 0.01, burst: 1 } },
        { route: 'POST /body', integration: f },
        {
          route: 'POST /checked',
          integration: mock,
          validate: {
            query: { q1: { required: true } },
            body: {
              'application/json': { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
            },
          },
        },
        { route: 'GET /unset', integration: { type: 'http-proxy', url: 'http://${stageVariables.host}/' } },
        { route: 'GET /forbidden', integration: { type: 'http-proxy', url: 'http://10.1.2.3/' } },
        { route: 'GET /down', integration: { type: 'http-proxy', url: 'http://127.0.0.1:1/' } },
        { route: 'GET /silent', integration: { type: 'http-proxy', url: `http://127.0.0.1:${port}/` }, timeoutMs: 200 },
      ],
    };
  }

  async function control(method: string, path: string, value: object): Promise<Answer> {
    const answer = await platform.controlPlane.json(method, path, value);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  }

  async function apiKey(plan: string): Promise<string> {
    return ((await control('POST', '/v1/api-keys', { name: plan, usagePlans: [plan] })).json as { value: string })
      .value;
  }

  function signed(path: string, key: Key): CallOptions {
    const { host } = new URL(platform.started.publicUrl);
    return { headers: sign({ host, path, method: 'GET', service: 'execute-api', region: 'local' }, key).headers };
  }

  /** A URL that was good for a minute, long ago. */
  function presigned(path: string, key: Key): string {
    const { host } = new URL(platform.started.publicUrl);
    const query = 'X-Amz-Date=20200101T000000Z&X-Amz-Expires=60';
    const request = { host, path: `${path}?${query}`, service: 'execute-api', region: 'local', signQuery: true };
    return sign(request, key).path;
  }

  function expectFailure(answer: Answer, style: Style | 'function-url', expected: Expected): void {
    const { status, body, errorType, code, headers = {} } = expected;
    expect({
      status: answer.status,
      body: answer.text,
      errorType: answer.headers['x-amzn-errortype'],
      code: answer.headers['x-sluice-error'],
    }).toEqual({
      status,
      body,
      errorType: style === 'http' ? undefined : errorType,
      code,
    });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'x-content-type-options': 'nosniff',
      [style === 'http' ? 'apigw-requestid' : 'x-amzn-requestid']: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
      ...headers,
    });
  }

  const message = (text: string): string => JSON.stringify({ message: text });
  const forbidden = message('Forbidden');
  const restServerError = message('Internal server error');
  const httpServerError = message('Internal Server Error');

  /** Situations that one request brings about; what differs between the two kinds of API stands in `rest` and `http`. */
  const rows: readonly {
    readonly situation: string;
    readonly path: string;
    readonly options?: CallOptions;
    readonly rest: Expected;
    readonly http: Omit<Expected, 'code'>;
  }[] = [
    {
      situation: 'no route has the path',
      path: '/nothing',
      rest: {
        status: 403,
        body: message('Missing Authentication Token'),
        errorType: 'MissingAuthenticationTokenException',
        code: 'ROUTE_NOT_FOUND',
      },
      http: { status: 404, body: message('Not Found') },
    },
    {
      situation: 'the route does not have the method',
      path: '/function',
      options: { method: 'DELETE' },
      rest: {
        status: 403,
        body: message('Missing Authentication Token'),
        errorType: 'MissingAuthenticationTokenException',
        code: 'ROUTE_NOT_FOUND',
      },
      http: { status: 404, body: message('Not Found') },
    },
    {
      situation: 'a signature is needed and there is none',
      path: '/signed',
      rest: {
        status: 403,
        body: message('Missing Authentication Token'),
        errorType: 'MissingAuthenticationTokenException',
        code: 'MISSING_AUTHENTICATION_TOKEN',
      },
      http: { status: 403, body: forbidden },
    },
    {
      situation: 'there is nothing for the authorizer to look at',
      path: '/gated/a',
      rest: { status: 401, body: message('Unauthorized'), errorType: 'UnauthorizedException', code: 'UNAUTHORIZED' },
      http: { status: 401, body: message('Unauthorized') },
    },
    {
      situation: 'the authorizer does not know who it is',
      path: '/gated/a',
      options: { headers: { 'x-who': 'unauthorized' } },
      rest: { status: 401, body: message('Unauthorized'), errorType: 'UnauthorizedException', code: 'UNAUTHORIZED' },
      http: { status: 401, body: message('Unauthorized') },
    },
    {
      situation: 'the authorizer does not allow it',
      path: '/gated/a',
      options: { headers: { 'x-who': 'elsewhere' } },
      rest: {
        status: 403,
        body: '{"Message":"User is not authorized to access this resource"}',
        errorType: 'AccessDeniedException',
        code: 'AUTHORIZER_DENIED',
      },
      http: { status: 403, body: forbidden },
    },
    {
      situation: 'the authorizer denies it',
      path: '/gated/a',
      options: { headers: { 'x-who': 'banned' } },
      rest: {
        status: 403,
        body: '{"Message":"User is not authorized to access this resource with an explicit deny"}',
        errorType: 'AccessDeniedException',
        code: 'AUTHORIZER_DENIED',
      },
      http: { status: 403, body: forbidden },
    },
    {
      situation: 'the authorizer throws',
      path: '/gated/a',
      options: { headers: { 'x-who': 'broken' } },
      rest: { status: 500, body: restServerError, errorType: 'AuthorizerFailureException', code: 'AUTHORIZER_FAILURE' },
      http: { status: 500, body: httpServerError },
    },
    {
      situation: 'the authorizer answers something that is no decision',
      path: '/gated/a',
      options: { headers: { 'x-who': 'malformed' } },
      rest: {
        status: 500,
        body: restServerError,
        errorType: 'AuthorizerConfigurationException',
        code: 'AUTHORIZER_CONFIGURATION_ERROR',
      },
      http: { status: 500, body: httpServerError },
    },
    {
      situation: 'the resource is longer than a policy can name',
      path: `/gated/${'a'.repeat(1_700)}`,
      options: { headers: { 'x-who': 'friend' } },
      rest: {
        status: 414,
        body: message('Request URI too long'),
        errorType: 'RequestTooLongException',
        code: 'REQUEST_URI_TOO_LONG',
      },
      http: { status: 414, body: message('Request URI too long') },
    },
    {
      situation: 'an API key is needed and there is none',
      path: '/keyed',
      rest: { status: 403, body: forbidden, errorType: 'ForbiddenException', code: 'INVALID_API_KEY' },
      http: { status: 403, body: forbidden },
    },
    {
      situation: 'the API key is none of ours',
      path: '/keyed',
      options: { headers: { 'x-api-key': 'abcdefghijklmnopqrstuvwxyz' } },
      rest: { status: 403, body: forbidden, errorType: 'ForbiddenException', code: 'INVALID_API_KEY' },
      http: { status: 403, body: forbidden },
    },
    {
      situation: 'a required parameter is missing',
      path: '/checked',
      options: { method: 'POST', body: '{"name":"a"}', headers: { 'content-type': 'application/json' } },
      rest: {
        status: 400,
        body: '{"message":"Missing required request parameters: [q1]","errors":[{"path":"query.q1","message":"is required and must not be blank"}]}',
        errorType: 'BadRequestException',
        code: 'BAD_REQUEST_PARAMETERS',
      },
      http: {
        status: 400,
        body: '{"message":"Missing required request parameters: [q1]","errors":[{"path":"query.q1","message":"is required and must not be blank"}]}',
      },
    },
    {
      situation: 'the body is not as its schema says',
      path: '/checked?q1=a',
      options: { method: 'POST', body: '{"name":7}', headers: { 'content-type': 'application/json' } },
      rest: {
        status: 400,
        body: '{"message":"Invalid request body","errors":[{"path":"name","message":"must be string"}]}',
        errorType: 'BadRequestException',
        code: 'BAD_REQUEST_BODY',
      },
      http: {
        status: 400,
        body: '{"message":"Invalid request body","errors":[{"path":"name","message":"must be string"}]}',
      },
    },
    {
      situation: 'the body is of a type the route does not take',
      path: '/checked?q1=a',
      options: { method: 'POST', body: '<a/>', headers: { 'content-type': 'application/xml' } },
      rest: {
        status: 415,
        body: message('Unsupported Media Type'),
        errorType: 'BadRequestException',
        code: 'UNSUPPORTED_MEDIA_TYPE',
      },
      http: { status: 415, body: message('Unsupported Media Type') },
    },
    {
      situation: 'the function throws',
      path: '/function?how=throw',
      rest: { status: 502, body: restServerError, errorType: 'InternalServerErrorException', code: 'FUNCTION_ERROR' },
      http: { status: 500, body: httpServerError },
    },
    {
      situation: 'the function answers what is no response',
      path: '/function?how=malformed',
      rest: {
        status: 502,
        body: restServerError,
        errorType: 'InternalServerErrorException',
        code: 'RESPONSE_MALFORMED',
      },
      http: { status: 500, body: httpServerError },
    },
    {
      situation: 'the function takes too long',
      path: '/function?how=hang',
      rest: {
        status: 504,
        body: message('Endpoint request timed out'),
        errorType: 'InternalServerErrorException',
        code: 'FUNCTION_TIMEOUT',
      },
      http: { status: 503, body: message('Service Unavailable') },
    },
    {
      situation: 'the stage does not set a variable of the route',
      path: '/unset',
      rest: {
        status: 500,
        body: restServerError,
        errorType: 'ApiConfigurationException',
        code: 'API_CONFIGURATION_ERROR',
      },
      http: { status: 500, body: httpServerError },
    },
    {
      situation: 'the gateway may not connect to the upstream',
      path: '/forbidden',
      rest: {
        status: 500,
        body: restServerError,
        errorType: 'ApiConfigurationException',
        code: 'API_CONFIGURATION_ERROR',
      },
      http: { status: 500, body: httpServerError },
    },
    {
      situation: 'the upstream cannot be reached',
      path: '/down',
      rest: {
        status: 504,
        body: message('Network error communicating with endpoint'),
        errorType: 'IntegrationFailureException',
        code: 'INTEGRATION_FAILURE',
      },
      http: { status: 504, body: message('Network error communicating with endpoint') },
    },
    {
      situation: 'the upstream does not answer in time',
      path: '/silent',
      rest: {
        status: 504,
        body: message('Endpoint request timed out'),
        errorType: 'InternalServerErrorException',
        code: 'INTEGRATION_TIMEOUT',
      },
      http: { status: 503, body: message('Service Unavailable') },
    },
  ];

  describe.each(STYLES)('of a %s API', (style) => {
    test.each(rows)('when $situation', async (row) => {
      const answer = await platform.call(`/${style}${row.path}`, row.options);
      expectFailure(answer, style, { ...row[style], code: row.rest.code });
      expect(answer.headers['x-sluice-reason']).toMatch(/./);
    });

    test('when a signature is wrong, too old, or of somebody who may not', async () => {
      const path = `/${style}/signed`;
      const wrong = await platform.call(path, signed(path, { ...userKey, secretAccessKey: 'x'.repeat(40) }));
      expect(wrong.status).toBe(403);
      expect(wrong.headers['x-sluice-error']).toBe('INVALID_SIGNATURE');
      expect(wrong.headers['x-amzn-errortype']).toBe(style === 'rest' ? 'InvalidSignatureException' : undefined);
      expect(wrong.text).toMatch(
        style === 'rest'
          ? /^\{"message":"The request signature we calculated does not match/
          : /^\{"message":"Forbidden"\}$/,
      );
      const old = await platform.call(presigned(path, userKey));
      expectFailure(old, style, {
        status: 403,
        body: style === 'rest' ? message('The security token included in the request is expired') : forbidden,
        errorType: 'ExpiredTokenException',
        code: 'EXPIRED_TOKEN',
      });
      const denied = await platform.call(path, signed(path, userKey));
      expect([denied.status, denied.headers['x-amzn-errortype']]).toEqual([
        403,
        style === 'rest' ? 'AccessDeniedException' : undefined,
      ]);
      expect(denied.text).toMatch(
        style === 'rest'
          ? /^\{"Message":"User: arn:aws:iam::000000000000:user\/nobody is not authorized to perform: execute-api:Invoke/
          : /^\{"message":"Forbidden"\}$/,
      );
    });

    test('when a token is missing, or its issuer has no keys', async () => {
      const none = await platform.call(`/${style}/token`);
      expectFailure(none, style, {
        status: 401,
        body: message('Unauthorized'),
        errorType: 'UnauthorizedException',
        code: 'UNAUTHORIZED',
      });
      expect(none.headers['www-authenticate']).toMatch(/^Bearer/);
      const jwt = [{ alg: 'RS256', kid: 'k' }, { iss: 'http://127.0.0.1:1' }].map((part) =>
        Buffer.from(JSON.stringify(part)).toString('base64url'),
      );
      const unreachable = await platform.call(`/${style}/token`, {
        headers: { authorization: `Bearer ${jwt.join('.')}.AAAA` },
      });
      expectFailure(unreachable, style, {
        status: 500,
        body: style === 'rest' ? restServerError : httpServerError,
        errorType: 'AuthorizerFailureException',
        code: 'AUTHORIZER_FAILURE',
      });
    });

    test('when there are more requests than the rate and burst allow, of a route and of an API key', async () => {
      const tooMany = {
        status: 429,
        body: message('Too Many Requests'),
        errorType: 'TooManyRequestsException',
        code: 'THROTTLED',
      };
      const limited = { 'retry-after': expect.stringMatching(/^\d+$/) as unknown };
      expect((await platform.call(`/${style}/throttled`)).status).toBe(200);
      expectFailure(await platform.call(`/${style}/throttled`), style, { ...tooMany, headers: limited });
      const key = { headers: { 'x-api-key': await apiKey(`rate-${style}`) } };
      expect((await platform.call(`/${style}/keyed`, key)).status).toBe(200);
      expectFailure(await platform.call(`/${style}/keyed`, key), style, { ...tooMany, headers: limited });
    });

    test('when the requests of a period are used up', async () => {
      const key = { headers: { 'x-api-key': await apiKey(`quota-${style}`) } };
      expect((await platform.call(`/${style}/keyed`, key)).status).toBe(200);
      expectFailure(await platform.call(`/${style}/keyed`, key), style, {
        status: 429,
        body: message('Limit Exceeded'),
        errorType: 'LimitExceededException',
        code: 'QUOTA_EXCEEDED',
        headers: { 'retry-after': expect.stringMatching(/^\d+$/) as unknown },
      });
    });

    test('when the body is over 10 MB: it is not even read', async () => {
      const connection = await RawConnection.open(platform.started.publicUrl);
      connection.write(`POST /${style}/body HTTP/1.1\r\nhost: a\r\ncontent-length: ${10 * 1024 * 1024 + 1}\r\n\r\n`);
      await waitFor(() => connection.isClosed);
      const [{ status, head, body } = { status: 0, head: '', body: '' }] = connection.answers();
      expect([status, body]).toEqual([
        413,
        message(style === 'rest' ? 'Request Too Long' : 'Request Entity Too Large'),
      ]);
      expect(head.toLowerCase()).toContain('x-sluice-error: payload_too_large');
      if (style === 'rest') expect(head).toContain('x-amzn-ErrorType: RequestTooLargeException');
    });
  });

  test('an API and a stage that are not there are answered as http APIs do', async () => {
    for (const path of ['/none', '/http/none/function'])
      expectFailure(await platform.call(path), 'http', {
        status: 404,
        body: message('Not Found'),
        code: 'ROUTE_NOT_FOUND',
      });
  });

  test('a function URL that is not there, or that asks for a signature', async () => {
    expectFailure(await platform.call('/functions/none/'), 'function-url', {
      status: 404,
      body: '{"Message":"Not Found"}',
      errorType: 'ResourceNotFoundException',
      code: 'ROUTE_NOT_FOUND',
    });
    expectFailure(await platform.call('/functions/private/'), 'function-url', {
      status: 403,
      body: '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}',
      errorType: 'AccessDeniedException',
      code: 'MISSING_AUTHENTICATION_TOKEN',
    });
  });

  test('a route cannot lead to a function that is not there, where AWS answers each of its requests 500', async () => {
    const routes = [{ route: 'GET /', integration: { type: 'function', function: 'ghost' } }];
    const refused = await platform.controlPlane.json('PUT', '/v1/apis/ghosts', { routes });
    expect([refused.status, (refused.json as { code: string }).code]).toEqual([400, 'VALIDATION_FAILED']);
    const inUse = await platform.controlPlane.request('DELETE', '/v1/functions/f');
    expect([inUse.status, (inUse.json as { code: string }).code]).toEqual([409, 'FUNCTION_IN_USE']);
  });
});
