import { OUTCOME } from '@sluice/contracts';
import { startTestRedis, waitFor, type TestRedis } from '@sluice/testing';
import { answerEverything, startScriptedRunner, startTestGateway, type TestGateway } from '../../test-gateway.fixture';

let redis: TestRedis;
let gateways: TestGateway[];
let runner: { stop(): Promise<void> };

beforeAll(async () => {
  redis = await startTestRedis();
  gateways = await Promise.all([startTestGateway(redis), startTestGateway(redis)]);
  runner = await startScriptedRunner(redis, (invocation) => {
    if (invocation.kind === 'probe') return answerEverything(invocation);
    const statusCode = invocation.functionName === 'bad' ? 500 : 200;
    const answer = (): void =>
      invocation.answer(
        OUTCOME.ok,
        { durationUs: 1, initUs: 0 },
        JSON.stringify({ statusCode, body: invocation.functionName }),
      );
    if (invocation.functionName === 'slow') setTimeout(answer, 1_000);
    else answer();
  });
  for (const name of ['good', 'bad', 'slow']) {
    await first().request('PUT', `/v1/functions/${name}`, {
      body: 'export const handler = async () => 1;',
      headers: { 'content-type': 'text/plain' },
    });
  }
});
afterAll(async () => {
  await runner.stop();
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await redis.stop();
});

const first = (): TestGateway => gateways[0] as TestGateway;
const api = (name: string): object => ({
  routes: [{ route: 'GET /', integration: { type: 'function', function: name } }],
});

async function startCanary(name: string, of: string, abortWhen: object): Promise<void> {
  await first().request('PUT', `/v1/apis/${name}`, { json: api('good') });
  await first().request('PUT', `/v1/apis/${name}?deploy=false`, { json: api(of) });
  const settings = { canary: { percentTraffic: 50, abortWhen: { minimumRequests: 10, ...abortWhen } } };
  const answer = await first().request('PUT', `/v1/apis/${name}/stages/$default`, { json: settings });
  expect(answer.status).toBe(200);
}

/** Calls both gateways by turns until the stage has no canary any more; answers how it ended. */
async function callUntilEnded(name: string): Promise<{ outcome: string; reason: string }> {
  return waitFor(
    async () => {
      await Promise.all(
        gateways.flatMap(({ publicUrl }) => [fetch(`${publicUrl}/${name}`), fetch(`${publicUrl}/${name}`)]),
      );
      const stage = (await first().request('GET', `/v1/apis/${name}/stages/$default`)).body as unknown as {
        canary?: object;
        lastCanary?: { outcome: string; reason: string };
      };
      return stage.canary === undefined ? stage.lastCanary : undefined;
    },
    { timeoutMs: 20_000, what: 'the canary to end by itself' },
  );
}

test('a canary that answers errors ends by itself, on every gateway, and the stage says why', async () => {
  await startCanary('failing', 'bad', { errorPercent: 10 });
  const ended = await callUntilEnded('failing');
  expect(ended.outcome).toBe('aborted');
  expect(ended.reason).toMatch(/\d+ of \d+ requests to the canary \(100 %\) were answered 5xx/);
  for (const { publicUrl } of gateways) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(`${publicUrl}/failing`)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  }
}, 30_000);

test('a canary that is slower than it may be ends by itself', async () => {
  await startCanary('slowing', 'slow', { p99Ms: 900 });
  expect((await callUntilEnded('slowing')).reason).toContain('900 ms are allowed');
}, 30_000);
