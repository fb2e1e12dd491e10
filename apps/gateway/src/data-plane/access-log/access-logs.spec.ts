import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OUTCOME } from '@sluice/contracts';
import { startTestRedis, type TestRedis, waitFor } from '@sluice/testing';
import {
  answerEverything,
  startScriptedRunner,
  startTestGateway,
  type Answer,
  type TestGateway,
} from '../../test-gateway.fixture';

let redis: TestRedis;
let gateway: TestGateway;
let runner: { stop(): Promise<void> };
let receiver: Server;
let receiverUrl: string;
let logFile: string;
const directory = mkdtempSync(join(tmpdir(), 'sluice-access-log-spec-'));
const received: { contentType: string | undefined; lines: string[] }[] = [];

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      received.push({ contentType: request.headers['content-type'], lines: body.trimEnd().split('\n') });
      response.end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/logs`;
  logFile = join(directory, 'access.log');
  redis = await startTestRedis();
  gateway = await startTestGateway(redis, { ACCESS_LOG: logFile, SLUICE_EGRESS_ALLOW: '127.0.0.1:*' });
  runner = await startScriptedRunner(redis, (invocation) => {
    if (invocation.kind === 'probe') return answerEverything(invocation);
    const head = { durationUs: 1_000, initUs: 0 };
    if (invocation.event.includes('/fail'))
      return invocation.answer(OUTCOME.functionError, head, '{"errorType":"TypeError","errorMessage":"told"}');
    invocation.answer(OUTCOME.ok, head, '{"statusCode":201,"body":"made"}');
  });
  await gateway.request('PUT', '/v1/functions/work', {
    body: 'export const handler = async () => ({})',
    headers: { 'content-type': 'application/typescript' },
  });
  const integration = { type: 'function', function: 'work' };
  const routes = ['ANY /items/{id}', 'GET /fail'].map((route) => ({ route, integration }));
  await gateway.request('PUT', '/v1/apis/shop', { json: { routes } });
});
afterAll(async () => {
  await Promise.all([gateway.stop(), runner.stop()]);
  await redis.stop();
  receiver.close();
  rmSync(directory, { recursive: true });
});

const logTo = (accessLog: object): Promise<Answer> =>
  gateway.request('PUT', '/v1/apis/shop/stages/$default', { json: { accessLog } });

/** Calls and answers its line in the operator's file. */
async function logged(path: string, init: RequestInit = {}): Promise<string> {
  const response = await fetch(gateway.publicUrl + path, init);
  await response.arrayBuffer();
  const requestId = response.headers.get('apigw-requestid') ?? '';
  return waitFor(() =>
    readFileSync(logFile, 'utf8')
      .split('\n')
      .find((line) => line.includes(requestId)),
  );
}

test('a stage without a setting writes one JSON object per request where the operator wants it', async () => {
  const line = JSON.parse(await logged('/shop/items/7')) as object;
  expect(line).toMatchObject({
    api: 'shop',
    stage: '$default',
    route: 'ANY /items/{id}',
    path: '/shop/items/7',
    status: 201,
  });
});

test('what a terminal would act on is escaped in every format', async () => {
  const headers = { 'user-agent': 'a\u009b31m"b' };
  expect(await logged('/shop/items/7', { headers })).toContain('"userAgent":"a\\u009b31m\\"b"');
  await logTo({ format: '$context.requestId "$context.identity.userAgent"' });
  expect(await logged('/shop/items/7', { headers })).toContain('"a\\u009b31m\\"b"');
});

test('the preset "clf"', async () => {
  expect((await logTo({ format: 'clf' })).status).toBe(200);
  expect(await logged('/shop/items/7')).toMatch(
    /^127\.0\.0\.1 - - \[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET \/items\/\{id\} HTTP\/1\.1" 201 4 ([0-9a-f-]{36}) \1$/,
  );
});

test('a template says what it names, and values of a caller cannot leave their place', async () => {
  const format =
    '{"id":"$context.requestId","status":$context.status,"agent":"$context.identity.userAgent","route":"$context.routeKey",' +
    '"ms":$context.integrationLatency,"bytes":$context.dataProcessed,"nobody":$context.identity.user,"stage":"$context.stage"}';
  await logTo({ format });
  const line = JSON.parse(
    await logged('/shop/items/7', {
      method: 'POST',
      body: 'twelve bytes',
      headers: { 'user-agent': '"},{"forged":"\\' },
    }),
  ) as Record<string, unknown>;
  expect(line).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    status: 201,
    agent: '"},{"forged":"\\',
    route: 'ANY /items/{id}',
    ms: expect.any(Number) as number,
    bytes: 16,
    nobody: null,
    stage: '$default',
  });
});

test('an error shows what the caller was told, and what was wrong behind it', async () => {
  const format =
    '$context.requestId $context.status "$context.error.message" $context.error.responseType "$context.integration.error" $context.integration.integrationStatus';
  await logTo({ format });
  expect(await logged('/shop/fail')).toMatch(/ 500 "Internal Server Error" FUNCTION_ERROR "TypeError" 200$/);
});

test('requests that no stage has a setting for keep the usual line', async () => {
  await logTo({ format: '$context.requestId custom' });
  expect(JSON.parse(await logged('/nowhere'))).toMatchObject({ api: null, status: 404, error: 'ROUTE_NOT_FOUND' });
  expect(await logged('/shop/items/1')).toMatch(/ custom$/);
});

test('a request that the API has no route for is in the log of its stage', async () => {
  await logTo({ format: '$context.requestId $context.apiId $context.routeKey $context.status' });
  expect(await logged('/shop')).toMatch(/ shop - 404$/);
});

test('a receiver over HTTP gets every line, in order', async () => {
  await logTo({ format: '{"id":"$context.requestId","path":"$context.path"}', destination: { url: receiverUrl } });
  for (let index = 0; index < 20; index++) await fetch(`${gateway.publicUrl}/shop/items/${index}`);
  const lines = await waitFor(() => {
    const all = received.flatMap((batch) => batch.lines);
    return all.length >= 20 && all;
  });
  expect(lines.map((line) => (JSON.parse(line) as { path: string }).path)).toEqual(
    Array.from({ length: 20 }, (_, index) => `/shop/items/${index}`),
  );
  expect(received[0]?.contentType).toBe('application/x-ndjson');
  expect(received.length).toBeLessThan(20);
});

test('a stage may want none', async () => {
  await logTo({ destination: 'off' });
  const response = await fetch(`${gateway.publicUrl}/shop/items/off`);
  await logTo({ format: 'sluice' });
  await logged('/shop/items/on');
  expect(readFileSync(logFile, 'utf8')).not.toContain(response.headers.get('apigw-requestid'));
});

test.each([
  [{ format: '$context.status' }, 'must contain $context.requestId'],
  [{ format: '$context.requestId $context.staus' }, '$context.staus is not a variable of access logs'],
  [{ format: 'clf', destination: { url: 'gopher://x' } }, 'must be an http or https URL'],
])('%j is refused with the reason', async (accessLog, message) => {
  const { status, text } = await logTo(accessLog);
  expect(status).toBe(400);
  expect(text).toContain(message);
});
