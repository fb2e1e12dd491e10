import { LIMITS, OUTCOME, type Outcome } from '@sluice/contracts';
import { type ReceivedInvocation } from '@sluice/invocation';
import { startTestRedis, type TestRedis } from '@sluice/testing';
import { answerEverything, startScriptedRunner, startTestGateway, type TestGateway } from '../../test-gateway.fixture';

let redis: TestRedis;
let gateway: TestGateway;
let runner: { stop(): Promise<void> };
let received: ReceivedInvocation[] = [];
let answerAs: { outcome: Outcome; text: string } | null = null;

beforeAll(async () => {
  redis = await startTestRedis();
  gateway = await startTestGateway(redis);
  runner = await startScriptedRunner(redis, (invocation) => {
    if (invocation.kind !== 'invoke') return answerEverything(invocation);
    received.push(invocation);
    if (answerAs === null) answerEverything(invocation);
    else invocation.answer(answerAs.outcome, { durationUs: 1, initUs: 0 }, answerAs.text);
  });
  for (const query of ['?timeoutMs=1234', '?timeoutMs=4321&idempotent=true']) {
    await gateway.request('PUT', `/v1/functions/hello${query}`, {
      body: 'export const handler = async () => 1;',
      headers: { 'content-type': 'text/plain' },
    });
  }
});
beforeEach(() => {
  received = [];
  answerAs = null;
});
afterAll(async () => {
  await runner.stop();
  await gateway.stop();
  await redis.stop();
});

const invoke = (body: string | Buffer, query = '', headers: Record<string, string> = {}) =>
  gateway.request('POST', `/v1/functions/hello/invocations${query}`, { body, headers });

test('200 with what the handler returned; the payload reaches it as it was sent, whatever its Content-Type', async () => {
  const answer = await invoke('{ "a" : 1.0, "ü": "\\u0041" }', '', { 'content-type': 'text/weird' });
  expect(answer.status).toBe(200);
  expect(answer.text).toBe('{ "a" : 1.0, "ü": "\\u0041" }');
  expect(answer.headers.get('x-amz-executed-version')).toBe('$LATEST');
  expect(answer.headers.get('x-amz-function-error')).toBeNull();
  expect(received[0]).toMatchObject({ functionName: 'hello', timeoutMs: 4321, retryable: true });
  expect(received[0]?.requestId).toBe(answer.headers.get('x-amzn-requestid'));
});

test('a qualifier chooses the version', async () => {
  const answer = await invoke('1', '?qualifier=1');
  expect(answer.headers.get('x-amz-executed-version')).toBe('1');
  expect(received[0]).toMatchObject({ timeoutMs: 1234, retryable: false });
});

test('an empty body is {}', async () => {
  expect((await invoke('')).text).toBe('{}');
});

test.each([
  ['the AWS path', '/2015-03-31/functions/hello/invocations', '$LATEST'],
  ['the AWS path with Qualifier', '/2015-03-31/functions/hello/invocations?Qualifier=2', '2'],
  ['a qualified name', '/2015-03-31/functions/hello:2/invocations', '2'],
  ['an ARN', '/2015-03-31/functions/arn:aws:lambda:local:000000000000:function:hello:1/invocations', '1'],
])('%s works as well', async (_what, path, version) => {
  const answer = await gateway.request('POST', path, { body: '{}' });
  expect([answer.status, answer.headers.get('x-amz-executed-version')]).toEqual([200, version]);
});

test.each([
  OUTCOME.functionError,
  OUTCOME.timeout,
  OUTCOME.cpuTimeout,
  OUTCOME.outOfMemory,
  OUTCOME.exited,
  OUTCOME.responseTooLarge,
  OUTCOME.responseMalformed,
  OUTCOME.initError,
])('outcome %i is the function’s own error: 200 with X-Amz-Function-Error', async (outcome) => {
  answerAs = { outcome, text: '{"errorType":"Error","errorMessage":"boom","trace":[]}' };
  const answer = await invoke('{}');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('x-amz-function-error')).toBe('Unhandled');
  expect(answer.text).toBe(answerAs.text);
});

test.each([
  [OUTCOME.waitTimeout, 429, 'TooManyRequestsException'],
  [OUTCOME.circuitOpen, 503, 'ServiceException'],
  [OUTCOME.hostLost, 502, 'ServiceException'],
])('outcome %i is not: %i %s', async (outcome, status, type) => {
  answerAs = { outcome, text: '{}' };
  const answer = await invoke('{}');
  expect(answer.status).toBe(status);
  expect(answer.headers.get('x-amzn-errortype')).toBe(type);
  expect(answer.headers.get('x-amz-function-error')).toBeNull();
  if (status !== 502) expect(answer.headers.get('retry-after')).toBe('1');
});

test('429 has AWS’s reason', async () => {
  answerAs = { outcome: OUTCOME.waitTimeout, text: '{}' };
  expect((await invoke('{}')).body).toMatchObject({
    Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    Type: 'User',
    message: 'Rate Exceeded.',
  });
});

test.each(['{', 'undefined', "{'a':1}", '\uFEFF{}', Buffer.from([0x22, 0xff, 0x22])])(
  '400 InvalidRequestContentException for a payload that is no JSON (%j), and nothing runs',
  async (payload) => {
    const answer = await invoke(payload);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('x-amzn-errortype')).toBe('InvalidRequestContentException');
    expect(answer.body.message).toMatch(/^Could not parse request body into json: /);
    expect(received).toEqual([]);
  },
);

test('413 for a payload over the limit', async () => {
  const answer = await invoke(JSON.stringify('x'.repeat(LIMITS.eventBytesMax)));
  expect(answer.status).toBe(413);
  expect(answer.headers.get('x-amzn-errortype')).toBe('RequestTooLargeException');
});

test('404 ResourceNotFoundException for a function or version that is not there', async () => {
  const answer = await gateway.request('POST', '/v1/functions/nobody/invocations', { body: '{}' });
  expect(answer.status).toBe(404);
  expect(answer.body).toMatchObject({ Type: 'User', code: 'FUNCTION_NOT_FOUND' });
  expect(answer.body.Message).toMatch(/^Function not found: arn:aws:lambda:/);
  expect((await invoke('{}', '?qualifier=77')).status).toBe(404);
});

test('DryRun is 204 and runs nothing; Event is refused and says so', async () => {
  expect((await invoke('{}', '', { 'x-amz-invocation-type': 'DryRun' })).status).toBe(204);
  const event = await invoke('{}', '', { 'x-amz-invocation-type': 'Event' });
  expect(event.status).toBe(400);
  expect(event.body.message).toContain('not available');
  expect(received).toEqual([]);
});
