import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { signRequest } from '@sluice/signature-v4';
import { startTestRedis, type TestRedis } from '@sluice/testing';
import { startTestGateway, TEST_CREDENTIALS, type TestGateway } from '../../test-gateway.fixture';

let redis: TestRedis;
let gateways: TestGateway[];

beforeAll(async () => {
  redis = await startTestRedis();
  gateways = await Promise.all([startTestGateway(redis), startTestGateway(redis)]);
});
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await redis.stop();
});

/** A signed request that can be sent again as it is, to any gateway: all have one name here, as behind a load balancer. */
function signed(method: string, target: string, body = ''): (where: TestGateway | undefined) => Promise<number> {
  const rawHeaders = ['host', 'sluice.example'];
  const added = signRequest({ method, target, rawHeaders }, TEST_CREDENTIALS, {
    nowMs: Date.now(),
    region: 'local',
    service: 'sluice',
    bodySha256Hex: createHash('sha256').update(body).digest('hex'),
  });
  return (where) =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(where?.adminUrl ?? '');
      const headers = { host: 'sluice.example', ...added };
      httpRequest({ hostname, port, method, path: target, headers }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0));
      })
        .on('error', reject)
        .end(body);
    });
}

test('a signature changes something once, over all gateways', async () => {
  const [here, there] = gateways;
  await here?.request('PUT', '/v1/users/rep', { json: {} });
  const create = signed('POST', '/v1/users/rep/access-keys');
  expect([await create(here), await create(here), await create(there)]).toEqual([201, 409, 409]);
  const list = await here?.request('GET', '/v1/users/rep/access-keys');
  expect((JSON.parse(list?.text ?? '') as { accessKeys: object[] }).accessKeys).toHaveLength(1);
});

test('what changes nothing, or the same again, may be repeated: reading, PUT and DELETE, simulating', async () => {
  const [here, there] = gateways;
  const read = signed('GET', '/v1/users');
  expect([await read(here), await read(there)]).toEqual([200, 200]);
  const put = signed('PUT', '/v1/groups/again');
  expect([await put(here), await put(there)]).toEqual([201, 200]);
  const simulate = signed('POST', '/v1/policies/simulate', '{"principal":"root","actions":["a:B"]}');
  expect([await simulate(here), await simulate(there)]).toEqual([200, 200]);
});

test('while nobody can say whether a signature was used, nothing is changed by one', async () => {
  const [here] = gateways;
  await here?.request('PUT', '/v1/users/away', { json: {} });
  const create = signed('POST', '/v1/users/away/access-keys');
  const pid = redis.pids.volatile();
  if (pid === undefined) throw new Error('the volatile server runs');
  process.kill(pid, 'SIGSTOP');
  try {
    expect(await create(here)).toBe(503);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  const list = await here?.request('GET', '/v1/users/away/access-keys');
  expect(JSON.parse(list?.text ?? '')).toEqual({ accessKeys: [] });
});
