import { startTestRedis, waitFor, type TestRedis } from '@sluice/testing';
import { startScriptedRunner, startTestGateway, type TestGateway } from '../../../test-gateway.fixture';
import { type IssuerKey, issuerKey, KeyIssuer, sign } from './key-issuer.fixture';

let redis: TestRedis;
let gateway: TestGateway;
let runner: { stop(): Promise<void> };
let issuer: KeyIssuer;
let key: IssuerKey;

beforeAll(async () => {
  redis = await startTestRedis();
  issuer = await new KeyIssuer().start();
  key = await issuerKey('key', 'RS256');
  issuer.keys = [key.jwk];
  gateway = await startTestGateway(redis, { SLUICE_EGRESS_ALLOW: '127.0.0.1:*' });
  runner = await startScriptedRunner(redis);
  await gateway.request('PUT', '/v1/functions/echo', {
    body: 'export const handler = async (event) => event;',
    headers: { 'content-type': 'text/plain' },
  });
  for (const apiStyle of ['http', 'rest']) expect((await declare(apiStyle, apiStyle)).status).toBeLessThan(300);
});
afterAll(async () => {
  await runner.stop();
  await gateway.stop();
  await issuer.stop();
  await redis.stop();
});

const declare = (name: string, apiStyle: string, settings: object = {}) => {
  const route = (route: string, authorization: object) => ({
    route,
    integration: { type: 'function', function: 'echo' },
    authorization: { authorizer: 'tokens', ...authorization },
  });
  return gateway.request('PUT', `/v1/apis/${name}`, {
    json: {
      apiStyle,
      authorizers: { tokens: { type: 'jwt', issuer: issuer.url, audience: ['me'], ...settings } },
      routes: [route('GET /open', {}), route('GET /scoped', { scopes: ['read', 'write'] })],
    },
  });
};
const claims = (over: object = {}): object => ({
  iss: issuer.url,
  aud: 'me',
  sub: 'ann',
  exp: Math.floor(Date.now() / 1_000) + 300,
  ...over,
});
const get = (path: string, authorization?: string) =>
  fetch(gateway.publicUrl + path, authorization === undefined ? {} : { headers: { authorization } });

/** The status of a request with these claims; an event that comes back is no proxy response on `rest`, so only `http` is asked. */
async function statusOf(path: string, over: object): Promise<number> {
  const response = await get(path, `Bearer ${await sign(key, claims(over))}`);
  await response.arrayBuffer();
  return response.status;
}

describe('a route with a JWT authorizer', () => {
  test('lets a token of the issuer in, with or without "Bearer", and tells the function its claims', async () => {
    const token = await sign(key, claims({ scope: 'read', groups: ['a', 'b'], level: 7, nested: { x: 1 } }));
    for (const authorization of [`Bearer ${token}`, `bearer ${token}`, token]) {
      const response = await get('/http/open', authorization);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({
        requestContext: {
          authorizer: {
            jwt: {
              claims: { sub: 'ann', aud: 'me', scope: 'read', groups: '[a b]', level: '7', nested: '{"x":1}' },
              scopes: ['read'],
            },
          },
        },
      });
    }
  });

  test.each(['http', 'rest'])('answers 401 without a token on %s APIs', async (style) => {
    const response = await get(`/${style}/open`);
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await response.json()).toEqual({ message: 'Unauthorized' });
  });

  test('answers 401 with the reason for a token that is refused', async () => {
    const response = await get('/http/open', await sign(key, claims({ aud: 'them' })));
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      'Bearer scope="" error="invalid_token" error_description="the token does not have a valid audience"',
    );
    expect(response.headers.get('x-sluice-error')).toBe('UNAUTHORIZED');
    expect(await response.json()).toEqual({ message: 'Unauthorized' });
  });

  test('answers 403 without one of the scopes, and 200 with one', async () => {
    const response = await get('/http/scoped', await sign(key, claims({ scope: 'other' })));
    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toBe('Bearer scope="read write" error="insufficient_scope"');
    expect(await response.json()).toEqual({ message: 'Forbidden' });
    expect(await statusOf('/http/scoped', {})).toBe(403);
    expect(await statusOf('/http/scoped', { scp: ['write'] })).toBe(200);
    // The same token on a route that asks for no scope.
    expect(await statusOf('/http/open', {})).toBe(200);
  });

  test('refuses a token that was good before as soon as it expires', async () => {
    await declare('strict', 'http', { clockSkewSeconds: 0 });
    const token = await sign(key, claims({ exp: Math.floor(Date.now() / 1_000) + 2 }));
    expect((await get('/strict/open', token)).status).toBe(200);
    await waitFor(async () => (await get('/strict/open', token)).status === 401);
  });

  test('takes tokens from where the authorizer says', async () => {
    await declare('query', 'http', { identitySource: '$request.querystring.token' });
    const token = await sign(key, claims());
    expect((await get(`/query/open?token=${token}`)).status).toBe(200);
    expect((await get('/query/open', token)).status).toBe(401);
    expect((await get(`/query/open?token=${token}&token=${token}`)).status).toBe(401);
  });

  test('answers 500, not 401, when the keys of the issuer cannot be had: the token may be good', async () => {
    const silent = await new KeyIssuer().start();
    silent.failure = { status: 503, body: '' };
    await declare('silent', 'http', { issuer: silent.url });
    const response = await get('/silent/open', await sign(key, claims({ iss: silent.url })));
    expect([response.status, response.headers.get('x-sluice-error')]).toEqual([500, 'AUTHORIZER_FAILURE']);
    expect(response.headers.get('x-sluice-reason')).toContain('answered 503');
    await silent.stop();
  });
});

test('an issuer at an address the gateway may not connect to is refused when the API is declared', async () => {
  for (const issuerUrl of ['http://169.254.169.254/', 'http://10.0.0.1/', 'https://user:pw@issuer.example/']) {
    const answer = await declare('refused', 'http', { issuer: issuerUrl });
    expect(answer.status).toBe(400);
    expect(answer.body.details[0]?.path).toBe('authorizers.tokens.issuer');
  }
  const answer = await declare('refused', 'http', { jwksUri: 'http://192.168.0.1/keys' });
  expect(answer.body.details[0]).toMatchObject({
    path: 'authorizers.tokens.jwksUri',
    message: expect.stringContaining('SLUICE_EGRESS_ALLOW') as string,
  });
});
