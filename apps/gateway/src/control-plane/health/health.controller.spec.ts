import { startTestRedis, waitFor, type TestRedis } from '@sluice/testing';
import { startScriptedRunner, startTestGateway, type TestGateway } from '../../test-gateway.fixture';

let redis: TestRedis;
let gateway: TestGateway;

beforeAll(async () => {
  redis = await startTestRedis();
  gateway = await startTestGateway(redis);
});
afterAll(async () => {
  await gateway.stop();
  await redis.stop();
});

const ready = () => gateway.request('GET', '/health/ready', { as: null });

test('ready without a runner: the canary is shown and is no reason', async () => {
  const answer = await ready();
  expect(answer.status).toBe(200);
  expect(answer.body.details).toMatchObject({
    configuration: { status: 'up' },
    redis: { status: 'up' },
    accepting: { status: 'up' },
    canary: { status: 'up', passed: false },
  });
});

test('the canary passes within moments of a runner’s start, and its age is a metric', async () => {
  const runner = await startScriptedRunner(redis);
  try {
    await waitFor(async () => (await ready()).text.includes('"canary":{"passed":true'), {
      timeoutMs: 5_000,
      what: 'the first canary',
    });
    const { text } = await gateway.request('GET', '/metrics');
    const age = /^sluice_canary_age_seconds (\S+)$/m.exec(text)?.[1];
    expect(Number(age)).toBeLessThan(5);
  } finally {
    await runner.stop();
  }
});

test('503 when Redis has not answered for five seconds, and live all the same', async () => {
  const pid = redis.pids.durable();
  if (pid === undefined) throw new Error('the durable server runs');
  process.kill(pid, 'SIGSTOP');
  try {
    const unready = await waitFor(
      async () => {
        const answer = await ready();
        return answer.status === 503 && answer;
      },
      { timeoutMs: 10_000, what: 'the gateway is unready' },
    );
    expect(unready.body).toMatchObject({ status: 'error', error: { redis: { status: 'down' } } });
    expect((await gateway.request('GET', '/health/live', { as: null })).status).toBe(200);
    const write = await gateway.request('PUT', '/v1/apis/x', { json: { routes: [] } });
    expect([write.status, write.body.code]).toEqual([503, 'STORE_UNAVAILABLE']);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await waitFor(async () => (await gateway.request('GET', '/health/ready')).status === 200, { timeoutMs: 10_000 });
});
