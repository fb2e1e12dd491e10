import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { E2ePlatform } from './index';

const HELLO = `export const handler = async (event: any) => ({ statusCode: 200, body: JSON.stringify({ who: event.requestContext.authorizer ?? null }) });`;

/** What authorizers answer when they are wrong, hostile or clumsy, chosen by the query parameter k; three of them are a valid yes. */
const AUTHORIZER = `
const allow = (Resource: string) => ({ principalId: 'ann', policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource }] } });
const answers: Record<string, (event: any) => unknown> = {
  simple: () => ({ isAuthorized: true, context: { role: 'admin' } }),
  policy: (event) => allow(event.routeArn),
  everything: () => allow('*'),
  no: () => ({ isAuthorized: false }),
  text: () => 'true',
  one: () => 1,
  empty: () => ({}),
  nothing: () => undefined,
  truthyText: () => ({ isAuthorized: 'false' }),
  truthyObject: () => ({ isAuthorized: {} }),
  noPolicy: () => ({ principalId: 'x' }),
  allowAndDeny: () => ({ principalId: 'x', policyDocument: { Statement: [{ Action: '*', Effect: 'Allow', Resource: '*' }, { Action: '*', Effect: 'Deny', Resource: '*' }] } }),
  lowerCase: () => ({ principalId: 'x', policyDocument: { Statement: [{ effect: 'allow', action: '*', resource: '*' }] } }),
  huge: () => ({ isAuthorized: true, context: { x: 'y'.repeat(1 << 20) } }),
  unauthorized: () => { throw new Error('Unauthorized'); },
  broken: () => { throw new Error('no'); },
  never: () => new Promise(() => {}),
};
export const handler = async (event: any) => answers[event.queryStringParameters.k]!(event);
`;

const TOKEN_AUTHORIZER = `
export const handler = async (event: any) => {
  if (event.authorizationToken === 'nobody') throw 'Unauthorized';
  return { principalId: event.authorizationToken, policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect: event.authorizationToken === 'mallory' ? 'Deny' : 'Allow', Resource: event.methodArn }] }, context: { level: 7 } };
};`;

let platform: E2ePlatform;
let issuer: Server;
let issuerUrl: string;
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });

beforeAll(async () => {
  issuer = createServer((request, response) => {
    const discovery = { issuer: issuerUrl, jwks_uri: `${issuerUrl}/jwks` };
    const jwk = createPublicKey(createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' }))).export({
      format: 'jwk',
    });
    response.end(JSON.stringify(request.url === '/jwks' ? { keys: [{ ...jwk, kid: 'k1', use: 'sig' }] } : discovery));
  });
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
  issuerUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
  platform = await E2ePlatform.start({ env: { SLUICE_EGRESS_ALLOW: '127.0.0.1:*' } });
  await platform.deploy('hello', HELLO);
  await platform.deploy('authorizer', AUTHORIZER, { timeoutMs: 500 });
  await platform.deploy('token-authorizer', TOKEN_AUTHORIZER);
}, 90_000);
afterAll(async () => {
  await platform.stop();
  issuer.closeAllConnections();
  issuer.close();
});

async function declare(name: string, authorizer: object, routes: readonly object[], apiStyle = 'http'): Promise<void> {
  const answer = await platform.controlPlane.json('PUT', `/v1/apis/${name}`, {
    apiStyle,
    authorizers: { gate: authorizer },
    routes: routes.map((route) => ({
      integration: { type: 'function', function: 'hello' },
      authorization: { authorizer: 'gate' },
      ...route,
    })),
  });
  expect([answer.status, answer.text]).toEqual([201, expect.any(String)]);
}

describe('a function authorizer', () => {
  beforeAll(async () => {
    const settings = { function: 'authorizer', identitySources: ['$request.querystring.k'], simpleResponses: true };
    await declare('gated', { type: 'function', ...settings }, [{ route: 'GET /a' }, { route: 'GET /b' }]);
  });

  test.each([
    ['simple', 200, { who: { lambda: { role: 'admin' } } }],
    ['policy', 200, { who: { lambda: {} } }],
    ['everything', 200, { who: { lambda: {} } }],
    ['no', 403, { message: 'Forbidden' }],
    ['text', 500, { message: 'Internal Server Error' }],
    ['one', 500, { message: 'Internal Server Error' }],
    ['empty', 500, { message: 'Internal Server Error' }],
    ['nothing', 500, { message: 'Internal Server Error' }],
    ['truthyText', 500, { message: 'Internal Server Error' }],
    ['truthyObject', 500, { message: 'Internal Server Error' }],
    ['noPolicy', 500, { message: 'Internal Server Error' }],
    ['allowAndDeny', 403, { message: 'Forbidden' }],
    ['lowerCase', 500, { message: 'Internal Server Error' }],
    ['huge', 500, { message: 'Internal Server Error' }],
    ['unauthorized', 401, { message: 'Unauthorized' }],
    ['broken', 500, { message: 'Internal Server Error' }],
    ['never', 500, { message: 'Internal Server Error' }],
  ])('that answers "%s" is answered %i, the first time and from memory', async (answer, status, body) => {
    for (let round = 0; round < 2; round++) {
      const { status: given, json } = await platform.call(`/gated/a?k=${answer}`);
      expect([given, json]).toEqual([status, body]);
    }
  });

  test('is not asked about a request that names nobody', async () => {
    expect((await platform.call('/gated/a')).status).toBe(401);
    expect((await platform.call('/gated/a?k=')).status).toBe(401);
  });

  test('that refuses says so in the words of REST APIs there, and may take a token', async () => {
    await declare(
      'tokens',
      { type: 'function', function: 'token-authorizer', event: 'TOKEN' },
      [{ route: 'GET /' }],
      'rest',
    );
    const as = (authorization: string) => platform.call('/tokens', { headers: { authorization } });
    expect((await platform.call('/tokens')).json).toEqual({ message: 'Unauthorized' });
    expect(await as('nobody')).toMatchObject({ status: 401, json: { message: 'Unauthorized' } });
    expect(await as('mallory')).toMatchObject({
      status: 403,
      json: { Message: 'User is not authorized to access this resource with an explicit deny' },
    });
    expect(await as('ann')).toMatchObject({ status: 200, json: { who: { principalId: 'ann', level: '7' } } });
  });
});

describe('a JWT authorizer', () => {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const token = (over: object = {}): string => {
    const exp = Math.floor(Date.now() / 1_000) + 300;
    const head = `${part({ alg: 'RS256', kid: 'k1' })}.${part({ iss: issuerUrl, aud: 'shop', sub: 'ann', exp, ...over })}`;
    return `${head}.${sign('sha256', Buffer.from(head), privateKey).toString('base64url')}`;
  };

  beforeAll(() =>
    declare('jwt', { type: 'jwt', issuer: issuerUrl, audience: ['shop'] }, [
      { route: 'GET /' },
      { route: 'GET /orders', authorization: { authorizer: 'gate', scopes: ['orders'] } },
    ]),
  );
  const get = (path: string, bearer?: string) =>
    platform.call(path, bearer === undefined ? {} : { headers: { authorization: `Bearer ${bearer}` } });

  test('lets in who holds a token of the issuer, and the function sees the claims', async () => {
    expect((await get('/jwt', token())).json).toMatchObject({
      who: { jwt: { claims: { sub: 'ann', aud: 'shop' }, scopes: null } },
    });
    expect((await get('/jwt/orders', token({ scope: 'orders' }))).status).toBe(200);
  });

  test('refuses everybody else, and says why', async () => {
    expect(await get('/jwt')).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    const stale = await get('/jwt', token({ exp: 1 }));
    expect(stale.status).toBe(401);
    expect(stale.headers['www-authenticate']).toContain('error_description="the token has expired"');
    expect((await get('/jwt', `${token().slice(0, -4)}AAAA`)).status).toBe(401);
    expect(await get('/jwt/orders', token())).toMatchObject({ status: 403, json: { message: 'Forbidden' } });
  });
});
