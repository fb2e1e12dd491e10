import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { OUTCOME } from '@sluice/contracts';
import { startTestRedis, waitFor, type TestRedis } from '@sluice/testing';
import { answerEverything, startScriptedRunner, startTestGateway, type TestGateway } from '../../test-gateway.fixture';

const CALLS = 200;
let redis: TestRedis;
let gateways: TestGateway[];
let runner: { stop(): Promise<void> };
/** A service on another machine that answers when it is told to. */
let upstream: Server;
let asked = 0;
let gate: Promise<void>;
let open: () => void;

beforeAll(async () => {
  redis = await startTestRedis();
  upstream = createServer(({ url = '' }, response) => {
    const number = ++asked;
    void gate.then(() => response.end(url.includes('counted') ? `${number}` : 'once'));
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const origin = `127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  const allowed = { SLUICE_EGRESS_ALLOW: origin };
  gateways = [await startTestGateway(redis, allowed), await startTestGateway(redis, allowed)];
  runner = await startScriptedRunner(redis, (invocation) => {
    if (invocation.kind === 'probe' || invocation.functionName !== 'slow') return answerEverything(invocation);
    asked++;
    const answer = () =>
      invocation.answer(OUTCOME.ok, { durationUs: 1, initUs: 0 }, '{"statusCode":200,"body":"once"}');
    void gate.then(answer);
  });
  const [first] = gateways;
  await first?.request('PUT', '/v1/functions/slow', {
    body: 'export const handler = async () => 1;',
    headers: { 'content-type': 'text/plain' },
  });
  const put = await first?.request('PUT', '/v1/apis/shop', {
    json: {
      cache: {},
      routes: [
        { route: 'GET /function/{name}', integration: { type: 'function', function: 'slow' } },
        { route: 'ANY /{path+}', integration: { type: 'http-proxy', url: `http://${origin}/{path}` } },
      ],
    },
  });
  expect([put?.status, put?.text]).toEqual([201, expect.any(String)]);
});
beforeEach(() => {
  asked = 0;
  gate = new Promise((resolve) => (open = resolve));
});
afterAll(async () => {
  upstream.close();
  upstream.closeAllConnections();
  await runner.stop();
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  await redis.stop();
});

/** The same request from 200 clients at once, half of them at each gateway. */
function callAll(path: string): Promise<string>[] {
  return Array.from({ length: CALLS }, async (_, index) => {
    const answer = await fetch((gateways[index % 2]?.publicUrl ?? '') + path);
    return `${answer.status} ${await answer.text()}`;
  });
}

test('what one gateway was told to replace, and what a write there made old, the other one does not answer with', async () => {
  open();
  const [first, second] = gateways.map(({ publicUrl }) => `${publicUrl}/shop/counted`) as [string, string];
  const textOf = async (url: string, init: RequestInit = {}) => (await fetch(url, init)).text();
  expect([await textOf(first), await textOf(second), await textOf(second)]).toEqual(['1', '1', '1']);
  expect(await textOf(first, { headers: { 'cache-control': 'max-age=0' } })).toBe('2');
  await waitFor(async () => (await textOf(second)) === '2');
  expect(await textOf(first, { method: 'POST', body: 'x' })).toBe('3');
  await waitFor(async () => (await textOf(second)) === '4');
  expect(await textOf(first)).toBe('4');
});

test('whoever reads after his write sees it, while everybody reads', async () => {
  open();
  const [first, second] = gateways.map(({ publicUrl }) => `${publicUrl}/shop/counted/state`) as [string, string];
  const numberOf = async (url: string, init: RequestInit = {}) => Number(await (await fetch(url, init)).text());
  let writing = true;
  const readers = [first, second, first, second].map(async (url) => {
    while (writing) await numberOf(url);
  });
  const late: string[] = [];
  for (let write = 0; write < 200; write++) {
    const written = await numberOf(first, { method: 'POST' });
    const read = await numberOf(first);
    if (read < written) late.push(`${read} after ${written}`);
  }
  writing = false;
  await Promise.all(readers);
  expect(late).toEqual([]);
});

describe('200 concurrent misses on one key over 2 gateways', () => {
  test.each([
    ['a function', '/shop/function/a'],
    ['a service on another machine', '/shop/service/a'],
  ])('ask %s once', async (_what, path) => {
    const calls = callAll(path);
    await waitFor(() => asked === 1);
    open();
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['200 once']));
    expect(asked).toBe(1);
  });

  test('ask twice at most while Redis does not answer', async () => {
    const pid = redis.pids.volatile();
    if (pid === undefined) throw new Error('the volatile Redis does not run');
    process.kill(pid, 'SIGSTOP');
    try {
      const calls = callAll('/shop/service/b');
      await waitFor(() => asked >= 1, { timeoutMs: 10_000 });
      open();
      expect(new Set(await Promise.all(calls))).toEqual(new Set(['200 once']));
      expect(asked).toBeLessThanOrEqual(2);
      const again = await Promise.all(callAll('/shop/service/b'));
      expect(new Set(again)).toEqual(new Set(['200 once']));
      expect(asked).toBeLessThanOrEqual(2);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });
});
