import { connectRedis } from '@sluice/redis';
import { startTestRedis, type TestRedis } from '@sluice/testing';
import { startTestGateway, type Answer, type TestGateway } from '../../test-gateway.fixture';

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

let redis: TestRedis;
let gateway: TestGateway;
let other: TestGateway;

beforeAll(async () => {
  redis = await startTestRedis();
  [gateway, other] = await Promise.all([startTestGateway(redis), startTestGateway(redis)]);
});
afterAll(async () => {
  await Promise.all([gateway.stop(), other.stop()]);
  await redis.stop();
});

const put = (path: string, json: unknown = {}) => gateway.request('PUT', path, { json });
const basic = ({ accessKeyId, secretAccessKey }: Key) => ({
  authorization: `Basic ${btoa(`${accessKeyId}:${secretAccessKey}`)}`,
});
const by = (key: Key, method: string, path: string, json?: unknown, where = gateway): Promise<Answer> =>
  where.request(method, path, { as: null, headers: basic(key), ...(json === undefined ? {} : { json }) });
const keyOf = ({ text }: Answer): Key => JSON.parse(text) as Key;
const allow = (Action: string | string[], Resource: string | string[] = '*', more = {}) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource, ...more }],
});
const arn = (resource: string) => `arn:aws:sluice:*:*:${resource}`;

async function newUser(name: string, ...policies: object[]): Promise<Key> {
  await put(`/v1/users/${name}`);
  for (const [index, document] of policies.entries()) await put(`/v1/users/${name}/policies/p${index}`, document);
  return keyOf(await gateway.request('POST', `/v1/users/${name}/access-keys`));
}

describe('users, groups and access keys', () => {
  test('a new user may do nothing; its key says whose it is', async () => {
    const created = await put('/v1/users/ann', { description: 'Ann' });
    expect(created.status).toBe(201);
    expect(JSON.parse(created.text)).toMatchObject({
      name: 'ann',
      arn: 'arn:aws:iam::000000000000:user/ann',
      userId: expect.stringMatching(/^AIDA[A-Z2-7]{16}$/) as string,
      description: 'Ann',
      groups: [],
      policies: [],
      accessKeys: [],
    });
    const key = keyOf(await gateway.request('POST', '/v1/users/ann/access-keys'));
    expect(key.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
    const refused = await by(key, 'GET', '/v1/functions');
    expect([refused.status, refused.body.code]).toEqual([403, 'ACCESS_DENIED']);
    expect(refused.body.message).toBe(
      'arn:aws:iam::000000000000:user/ann may not sluice:ListFunctions on arn:aws:sluice:local:000000000000:function/*: ' +
        'no policy of the user or its groups allows it.',
    );
    expect(JSON.parse((await by(key, 'GET', '/v1/whoami')).text)).toMatchObject({
      kind: 'user',
      arn: 'arn:aws:iam::000000000000:user/ann',
      accessKeyId: key.accessKeyId,
    });
    expect(JSON.parse((await gateway.request('GET', '/v1/whoami')).text)).toMatchObject({ kind: 'root' });
  });

  test('what a policy allows counts at once, on every gateway; what it does not name stays refused', async () => {
    const key = await newUser('bob', allow(['sluice:GetApi', 'sluice:PutApi'], arn('api/shop')));
    expect((await by(key, 'PUT', '/v1/apis/shop', { routes: [] }, other)).status).toBe(201);
    expect((await by(key, 'GET', '/v1/apis/shop', undefined, other)).status).toBe(200);
    for (const [method, path] of [
      ['DELETE', '/v1/apis/shop'],
      ['GET', '/v1/apis/bank'],
      ['GET', '/v1/apis'],
      ['GET', '/v1/users/bob'],
    ] as const)
      expect((await by(key, method, path, undefined, other)).status).toBe(403);
  });

  test('a Deny wins, and the message says so', async () => {
    const key = await newUser('eve', allow('*'), {
      Version: '2012-10-17',
      Statement: { Effect: 'Deny', Action: 'sluice:Delete*', Resource: '*' },
    });
    expect((await by(key, 'GET', '/v1/users')).status).toBe(200);
    const refused = await by(key, 'DELETE', '/v1/users/eve');
    expect([refused.status, refused.body.message]).toEqual([403, expect.stringContaining('a policy denies it')]);
  });

  test('policies of a group are those of its users, as long as they are in it', async () => {
    expect((await put('/v1/groups/readers')).status).toBe(201);
    expect((await put('/v1/groups/readers/policies/read', allow(['sluice:Get*', 'sluice:List*']))).status).toBe(201);
    const key = await newUser('gil');
    expect((await by(key, 'GET', '/v1/users')).status).toBe(403);
    await put('/v1/users/gil', { groups: ['readers'] });
    expect((await by(key, 'GET', '/v1/users')).status).toBe(200);
    expect(JSON.parse((await gateway.request('GET', '/v1/groups/readers')).text)).toMatchObject({
      users: ['gil'],
      policies: ['read'],
    });
    const inUse = await gateway.request('DELETE', '/v1/groups/readers');
    expect([inUse.status, inUse.body.code, inUse.body.details]).toEqual([
      409,
      'GROUP_IN_USE',
      [{ path: 'user/gil', message: 'is in the group' }],
    ]);
    await put('/v1/users/gil', { groups: [] });
    expect((await by(key, 'GET', '/v1/users')).status).toBe(403);
    expect((await gateway.request('DELETE', '/v1/groups/readers')).status).toBe(204);
  });

  test('keys rotate without a gap: two at a time, the old one switched off, then deleted', async () => {
    const first = await newUser('kim', allow('sluice:GetLimits'));
    const second = keyOf(await gateway.request('POST', '/v1/users/kim/access-keys'));
    const third = await gateway.request('POST', '/v1/users/kim/access-keys');
    expect([third.status, third.body.code]).toEqual([409, 'LIMIT_REACHED']);
    const works = async (key: Key, where = gateway) =>
      (await by(key, 'GET', '/v1/limits', undefined, where)).status === 200;
    expect([await works(first), await works(second)]).toEqual([true, true]);
    const path = `/v1/users/kim/access-keys/${first.accessKeyId}`;
    const off = await gateway.request('PATCH', path, { json: { status: 'Inactive' } });
    expect(JSON.parse(off.text)).toMatchObject({ accessKeyId: first.accessKeyId, status: 'Inactive' });
    expect([await works(first, other), await works(second, other)]).toEqual([false, true]);
    await gateway.request('PATCH', path, { json: { status: 'Active' } });
    expect(await works(first, other)).toBe(true);
    expect((await gateway.request('DELETE', path)).status).toBe(204);
    expect([await works(first, other), await works(second)]).toEqual([false, true]);
    expect((await gateway.request('DELETE', path)).body.code).toBe('ACCESS_KEY_NOT_FOUND');
  });

  test('the last use of a key is shown, and its secret nowhere', async () => {
    const key = await newUser('lea', allow('sluice:GetLimits'));
    const list = async () =>
      (JSON.parse((await gateway.request('GET', '/v1/users/lea/access-keys')).text) as { accessKeys: object[] })
        .accessKeys;
    expect(await list()).toEqual([
      { accessKeyId: key.accessKeyId, status: 'Active', createdAt: expect.any(String) as string },
    ]);
    await by(key, 'GET', '/v1/limits');
    expect(await list()).toMatchObject([{ lastUsedAt: expect.any(String) as string, lastUsedService: 'basic' }]);
    const shown = await gateway.request('GET', '/v1/users/lea');
    expect(shown.text).not.toContain(key.secretAccessKey);
    const client = await connectRedis(redis.url, { name: 'spec' });
    const stored = JSON.stringify(await client.hgetall('sluice:{config}:users'));
    client.disconnect();
    expect(stored).toContain(key.accessKeyId);
    expect(stored).not.toContain(key.secretAccessKey);
  });

  test('a deleted user is gone with its keys and policies', async () => {
    const key = await newUser('max', allow('*'));
    expect((await by(key, 'GET', '/v1/users/max')).status).toBe(200);
    expect((await gateway.request('DELETE', '/v1/users/max')).status).toBe(204);
    expect((await by(key, 'GET', '/v1/users', undefined, other)).status).toBe(401);
    expect((await gateway.request('GET', '/v1/users/max')).body.code).toBe('USER_NOT_FOUND');
    await put('/v1/users/max');
    expect(JSON.parse((await gateway.request('GET', '/v1/users/max')).text)).toMatchObject({ policies: [] });
  });

  test('users may be let manage their own keys and nobody else’s', async () => {
    const own = arn('user/${aws:username}');
    const key = await newUser('ned', allow(['sluice:*AccessKey', 'sluice:ListAccessKeys'], own));
    expect((await by(key, 'GET', '/v1/users/ned/access-keys')).status).toBe(200);
    expect((await by(key, 'POST', '/v1/users/ned/access-keys')).status).toBe(201);
    expect((await by(key, 'POST', '/v1/users/ann/access-keys')).status).toBe(403);
  });

  test('conditions see where a request comes from', async () => {
    const from = (block: string) =>
      allow('sluice:GetLimits', '*', { Condition: { IpAddress: { 'aws:SourceIp': block } } });
    const [near, far] = [await newUser('ola', from('127.0.0.0/8')), await newUser('pia', from('203.0.113.0/24'))];
    expect((await by(near, 'GET', '/v1/limits')).status).toBe(200);
    expect((await by(far, 'GET', '/v1/limits')).status).toBe(403);
  });

  test.each([
    ['a group that does not exist', '/v1/users/x', { groups: ['nobody'] }, 'groups[0]'],
    ['an unknown setting', '/v1/users/x', { admin: true }, 'admin'],
    ['a name with a slash', '/v1/users/a%2Fb', {}, ''],
    [
      'a policy with a misspelt effect',
      '/v1/users/ann/policies/p',
      { Statement: { Effect: 'allow' } },
      'Statement.Effect',
    ],
  ])('400 for %s, naming it', async (_what, path, json, place) => {
    const answer = await put(path, json);
    expect([answer.status, answer.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(answer.body.details.map((detail) => detail.path)).toContain(place);
  });
});
