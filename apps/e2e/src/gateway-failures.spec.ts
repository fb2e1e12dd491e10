import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo } from 'node:net';
import { waitFor } from '@sluice/testing';
import { FAILURES, forbidden, httpServerError, message, restServerError, type Expected } from './failure-rows';
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

  describe.each(STYLES)('of a %s API', (style) => {
    test.each(FAILURES)('when $situation', async (row) => {
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
