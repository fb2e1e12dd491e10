import { startTestRedis, type TestRedis } from '@sluice/testing';
import { startScriptedRunner, startTestGateway, type TestGateway } from '../../test-gateway.fixture';

let redis: TestRedis;
let gateway: TestGateway;
let runner: { stop(): Promise<void> };

const statement = (Effect: string, Action: string, more = {}) => ({ Effect, Action, Resource: '*', ...more });
const document = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });

beforeAll(async () => {
  redis = await startTestRedis();
  gateway = await startTestGateway(redis);
  runner = await startScriptedRunner(redis);
  await gateway.request('PUT', '/v1/groups/staff', { json: {} });
  await gateway.request('PUT', '/v1/groups/staff/policies/no-deletes', {
    json: document(statement('Deny', 'sluice:Delete*', { Sid: 'Never' })),
  });
  await gateway.request('PUT', '/v1/users/ann', { json: { groups: ['staff'] } });
  await gateway.request('PUT', '/v1/users/ann/policies/all', { json: document(statement('Allow', 'sluice:*')) });
});
afterAll(async () => {
  await runner.stop();
  await gateway.stop();
  await redis.stop();
});

async function simulate(json: object): Promise<unknown> {
  const { status, text } = await gateway.request('POST', '/v1/policies/simulate', { json });
  expect({ status, text }).toMatchObject({ status: 200 });
  return (JSON.parse(text) as { decisions: unknown }).decisions;
}

describe('POST /v1/policies/simulate', () => {
  test('says what a user may do, and which statements of which policy decide', async () => {
    const api = 'arn:aws:sluice:local:000000000000:api/shop';
    const actions = ['sluice:PutApi', 'sluice:DeleteApi', 'execute-api:Invoke'];
    const all = { policy: 'user/ann/all', sid: null, statement: 0, effect: 'Allow' };
    const never = { policy: 'group/staff/no-deletes', sid: 'Never', statement: 0, effect: 'Deny' };
    expect(await simulate({ principal: 'ann', actions, resources: [api] })).toEqual([
      { action: 'sluice:PutApi', resource: api, decision: 'allowed', matchedStatements: [all] },
      { action: 'sluice:DeleteApi', resource: api, decision: 'explicitDeny', matchedStatements: [never, all] },
      { action: 'execute-api:Invoke', resource: api, decision: 'implicitDeny', matchedStatements: [] },
    ]);
  });

  test.each([
    ['a name', 'ann', 'allowed'],
    ['an ARN', 'arn:aws:iam::000000000000:user/ann', 'allowed'],
    ['root', 'root', 'allowed'],
  ])('takes %s as principal', async (_what, principal, decision) => {
    expect(await simulate({ principal, actions: ['sluice:PutApi'] })).toMatchObject([{ decision }]);
  });

  test('asks given policies in place of a user’s own, with the conditions of a request', async () => {
    const policies = [
      document(statement('Allow', '*', { Condition: { StringEquals: { 'aws:username': '${app:owner}' } } })),
    ];
    const ask = (owner: string) =>
      simulate({ principal: 'ann', policies, actions: ['a:B'], context: { 'app:owner': owner } });
    expect(await ask('ann')).toMatchObject([{ decision: 'allowed' }]);
    expect(await ask('bob')).toMatchObject([{ decision: 'implicitDeny' }]);
  });

  test('asks a resource policy together with the principal, or about a request that is not signed', async () => {
    const resourcePolicy = document(
      statement('Allow', 'execute-api:Invoke', {
        Principal: '*',
        Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      }),
    );
    const ask = (more: object) => simulate({ resourcePolicy, actions: ['execute-api:Invoke'], ...more });
    expect(await ask({ context: { 'aws:SourceIp': '10.1.2.3' } })).toMatchObject([
      { decision: 'allowed', matchedStatements: [{ policy: 'resourcePolicy' }] },
    ]);
    expect(await ask({ context: { 'aws:SourceIp': '192.0.2.1' } })).toMatchObject([{ decision: 'implicitDeny' }]);
    expect(await ask({ principal: 'ann' })).toMatchObject([{ decision: 'implicitDeny' }]);
  });

  test.each([
    ['no action', { actions: [] }, 'actions'],
    ['a broken policy', { actions: ['a:B'], policies: [{ Statement: {} }] }, 'policies[0].Statement.Effect'],
    ['another kind of principal', { actions: ['a:B'], principal: 'arn:aws:iam::1:role/x' }, 'principal'],
  ])('400 for %s, naming it', async (_what, json, place) => {
    const { status, body } = await gateway.request('POST', '/v1/policies/simulate', { json });
    expect(status).toBe(400);
    expect(body.details.map(({ path }) => path)).toContain(place);
  });

  test('404 for a user that is not there', async () => {
    const json = { principal: 'nobody', actions: ['a:B'] };
    expect((await gateway.request('POST', '/v1/policies/simulate', { json })).body.code).toBe('USER_NOT_FOUND');
  });
});

describe('PUT /v1/functions/{name}/policy', () => {
  const path = '/v1/functions/guarded/policy';
  const policy = document(statement('Allow', 'lambda:InvokeFunctionUrl', { Principal: '*' }));
  const upload = () =>
    gateway.request('PUT', '/v1/functions/guarded', {
      body: 'export const handler = async () => 1;',
      headers: { 'content-type': 'text/plain' },
    });

  test('is kept as it was written, also when the function gets its next version', async () => {
    await upload();
    expect((await gateway.request('GET', path)).body.code).toBe('POLICY_NOT_FOUND');
    expect((await gateway.request('PUT', path, { json: policy })).status).toBe(201);
    await gateway.request('PATCH', '/v1/functions/guarded/config', { json: { timeoutMs: 1_000 } });
    expect(JSON.parse((await gateway.request('GET', path)).text)).toEqual(policy);
    expect((await gateway.request('PUT', path, { json: policy })).status).toBe(200);
    expect((await gateway.request('DELETE', path)).status).toBe(204);
    expect((await gateway.request('DELETE', path)).body.code).toBe('POLICY_NOT_FOUND');
  });

  test('400 for a policy without a principal, 404 for a function that is not there', async () => {
    const json = document(statement('Allow', 'lambda:InvokeFunctionUrl'));
    expect((await gateway.request('PUT', path, { json })).body.details).toEqual([
      expect.objectContaining({ path: 'Statement[0].Principal' }),
    ]);
    const missing = await gateway.request('PUT', '/v1/functions/nobody/policy', { json: policy });
    expect(missing.body.code).toBe('FUNCTION_NOT_FOUND');
  });
});
