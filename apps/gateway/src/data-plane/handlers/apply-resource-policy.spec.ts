import { OUTCOME } from '@sluice/contracts';
import { startTestRedis, type TestRedis } from '@sluice/testing';
import {
  answerEverything,
  startScriptedRunner,
  startTestGateway,
  TEST_CREDENTIALS,
  type TestGateway,
} from '../../test-gateway.fixture';
import { send, signedCall, type Credentials } from '../access/signed-client.fixture';

let redis: TestRedis;
let gateway: TestGateway;
let runner: { stop(): Promise<void> };
let nobody: Credentials;
/** How often the authorizer's function was. */
let asked = 0;
const integration = { type: 'function', function: 'echo' };
const statement = (Effect: string, more = {}) => ({
  Effect,
  Principal: '*',
  Action: 'execute-api:Invoke',
  Resource: 'execute-api:/*',
  ...more,
});
const from = (block: string) => ({ Condition: { IpAddress: { 'aws:SourceIp': block } } });

beforeAll(async () => {
  redis = await startTestRedis();
  gateway = await startTestGateway(redis);
  runner = await startScriptedRunner(redis, (invocation) => {
    if (invocation.kind === 'probe') return answerEverything(invocation);
    if (invocation.functionName === 'gate') {
      asked++;
      return invocation.answer(OUTCOME.ok, { durationUs: 1, initUs: 0 }, '{"isAuthorized":true}');
    }
    invocation.answer(OUTCOME.ok, { durationUs: 1, initUs: 0 }, '{"statusCode":200,"body":"let in"}');
  });
  for (const name of ['echo?url=NONE', 'gate']) {
    await gateway.request('PUT', `/v1/functions/${name}`, {
      body: 'export const handler = async (event) => event;',
      headers: { 'content-type': 'text/plain' },
    });
  }
  await gateway.request('PUT', '/v1/users/nobody', { json: {} });
  nobody = JSON.parse((await gateway.request('POST', '/v1/users/nobody/access-keys')).text) as Credentials;
});
afterAll(async () => {
  await runner.stop();
  await gateway.stop();
  await redis.stop();
});

async function deploy(...Statement: object[]): Promise<void> {
  const json = {
    apiStyle: 'rest',
    routes: [
      { route: 'GET /open', integration },
      { route: 'GET /admin', integration },
      { route: 'GET /signed', integration, authorization: 'IAM' },
    ],
    ...(Statement.length === 0 ? {} : { resourcePolicy: { Version: '2012-10-17', Statement } }),
  };
  const { status, text } = await gateway.request('PUT', '/v1/apis/shop', { json });
  expect({ status: Math.floor(status / 100), text }).toMatchObject({ status: 2 });
}
const open = async (path = '/open') => (await fetch(`${gateway.publicUrl}/shop${path}`)).status;
const signed = async (key: Credentials) =>
  (await send(gateway.publicUrl, signedCall(gateway.publicUrl, key, { target: '/shop/signed' }))).status;

test('an open route of an API with a resource policy needs its Allow, and says in AWS’s words when there is none', async () => {
  await deploy();
  expect(await open()).toBe(200);
  await deploy(statement('Allow', from('127.0.0.0/8')));
  expect(await open()).toBe(200);
  await deploy(statement('Allow', from('203.0.113.0/24')));
  const refused = await fetch(`${gateway.publicUrl}/shop/open`);
  expect([refused.status, await refused.json()]).toEqual([
    403,
    {
      Message:
        'User: anonymous is not authorized to perform: execute-api:Invoke on resource: ' +
        'arn:aws:execute-api:local:000000000000:shop/$default/GET/open',
    },
  ]);
});

test('a block of addresses is kept out though everybody else is let in', async () => {
  await deploy(statement('Allow'), statement('Deny', from('127.0.0.0/8')));
  expect(await open()).toBe(403);
  await deploy(statement('Allow'), statement('Deny', from('203.0.113.0/24')));
  expect(await open()).toBe(200);
});

test('a policy may be about one path, in the short form of an ARN', async () => {
  await deploy(statement('Allow'), statement('Deny', { Resource: 'execute-api:/*/GET/admin' }));
  expect([await open('/open'), await open('/admin')]).toEqual([200, 403]);
  // The path that is decided about is the one that is routed, however it was written.
  expect(await open('/%61dmin')).toBe(403);
});

test('a signed route: the resource policy or the caller’s own may allow, a Deny of either wins', async () => {
  const arn = 'arn:aws:iam::000000000000:user/nobody';
  await deploy();
  expect([await signed(nobody), await signed(TEST_CREDENTIALS)]).toEqual([403, 200]);
  await deploy(statement('Allow', { Principal: { AWS: arn } }));
  expect([await signed(nobody), await signed(TEST_CREDENTIALS)]).toEqual([200, 200]);
  await deploy(statement('Deny', from('127.0.0.0/8')));
  expect([await signed(nobody), await signed(TEST_CREDENTIALS)]).toEqual([403, 403]);
  await deploy(statement('Deny', from('203.0.113.0/24')));
  expect(await signed(TEST_CREDENTIALS)).toBe(200);
});

test('with a function authorizer only a Deny counts, before the function is asked', async () => {
  const authorizers = { gate: { type: 'function', function: 'gate', simpleResponses: true, resultTtlSeconds: 0 } };
  const route = { route: 'GET /x', integration, authorization: { authorizer: 'gate' } };
  const put = (...Statement: object[]) =>
    gateway.request('PUT', '/v1/apis/gated', {
      json: { routes: [route], authorizers, resourcePolicy: { Version: '2012-10-17', Statement } },
    });
  const ask = async () =>
    (await fetch(`${gateway.publicUrl}/gated/x`, { headers: { authorization: 'anything' } })).status;
  await put(statement('Deny', from('203.0.113.0/24')));
  expect([await ask(), asked]).toEqual([200, 1]);
  await put(statement('Deny', from('127.0.0.0/8')));
  expect([await ask(), asked]).toEqual([403, 1]);
});

test('an open function URL with a resource policy needs its Allow', async () => {
  const url = `${gateway.publicUrl}/functions/echo/`;
  const put = (more: object) =>
    gateway.request('PUT', '/v1/functions/echo/policy', {
      json: {
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Principal: '*', Action: 'lambda:InvokeFunctionUrl', Resource: '*', ...more },
      },
    });
  expect((await fetch(url)).status).toBe(200);
  await put(from('203.0.113.0/24'));
  expect((await fetch(url)).status).toBe(403);
  await put(from('127.0.0.1'));
  expect((await fetch(url)).status).toBe(200);
});

test('a document with a mistake is refused when the API is written, with the place', async () => {
  const json = {
    routes: [],
    resourcePolicy: { Version: '2012-10-17', Statement: [statement('Allow', from('10.0.0.0/99'))] },
  };
  const { status, body } = await gateway.request('PUT', '/v1/apis/bad', { json });
  expect([status, body.details]).toEqual([
    400,
    [
      {
        path: 'resourcePolicy.Statement[0].Condition.IpAddress.aws:SourceIp',
        message: expect.stringContaining('CIDR block') as string,
      },
    ],
  ]);
});
