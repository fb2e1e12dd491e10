import { startTestRedis, type TestRedis } from '@sluice/testing';
import { startTestGateway, type Answer, type TestGateway } from '../../test-gateway.fixture';

const URL_ALLOWED = 'http://127.0.0.1:9/hook';
const SETTINGS = {
  metric: 'Latency',
  statistic: 'p99',
  dimensions: { api: 'shop', route: 'GET /' },
  threshold: 500,
  evaluationPeriods: 5,
  datapointsToAlarm: 3,
  actions: [{ type: 'webhook', url: URL_ALLOWED, secret: 'a-secret-of-the-receiver' }],
};

let redis: TestRedis;
let gateway: TestGateway;
beforeAll(async () => {
  redis = await startTestRedis();
  gateway = await startTestGateway(redis, { SLUICE_EGRESS_ALLOW: '127.0.0.1:*' });
});
afterAll(async () => {
  await gateway.stop();
  await redis.stop();
});

const put = (name: string, json: object, headers = {}): Promise<Answer> =>
  gateway.request('PUT', `/v1/alarms/${name}`, { json, headers });
const shown = async (name: string): Promise<Record<string, unknown>> =>
  JSON.parse((await gateway.request('GET', `/v1/alarms/${name}`)).text) as Record<string, unknown>;

test('an alarm is created, shown with its state, replaced and deleted', async () => {
  expect((await put('slow', SETTINGS)).status).toBe(201);
  expect(await shown('slow')).toMatchObject({
    name: 'slow',
    metric: 'Latency',
    comparison: 'GreaterThanThreshold',
    periodSeconds: 60,
    state: expect.stringMatching(/^(INSUFFICIENT_DATA|OK)$/) as string,
  });
  expect((await put('slow', { ...SETTINGS, threshold: 600 })).status).toBe(200);
  expect((await shown('slow'))['threshold']).toBe(600);
  const { text } = await gateway.request('GET', '/v1/alarms');
  expect((JSON.parse(text) as { alarms: object[] }).alarms).toHaveLength(1);
  expect((await gateway.request('GET', '/v1/alarms/slow/history')).status).toBe(200);
  expect((await gateway.request('DELETE', '/v1/alarms/slow')).status).toBe(204);
  expect((await gateway.request('GET', '/v1/alarms/slow')).body.code).toBe('ALARM_NOT_FOUND');
});

test('the secret of an action is never shown, and stays when it is left out', async () => {
  await put('secret', SETTINGS);
  const answers = [await put('secret', SETTINGS), await gateway.request('GET', '/v1/alarms')];
  for (const { text } of answers) expect(text).not.toContain('a-secret-of-the-receiver');
  await put('secret', { ...SETTINGS, actions: [{ type: 'webhook', url: URL_ALLOWED }] });
  expect((await shown('secret'))['actions']).toMatchObject([{ url: URL_ALLOWED, signed: true }]);
  const elsewhere = 'http://127.0.0.1:10/hook';
  await put('secret', { ...SETTINGS, actions: [{ type: 'webhook', url: elsewhere }] });
  expect((await shown('secret'))['actions']).toMatchObject([{ url: elsewhere, signed: false }]);
});

test('a change that was meant for another state is refused', async () => {
  const { headers } = await put('tagged', SETTINGS);
  await put('tagged', { ...SETTINGS, threshold: 1 });
  const late = await put('tagged', SETTINGS, { 'if-match': headers.get('etag') ?? '' });
  expect(late.body.code).toBe('PRECONDITION_FAILED');
});

test.each([
  [{ metric: 'Letency' }, 'metric must be one of Count, '],
  [{ statistic: 'median' }, 'statistic must be one of Sum, Average'],
  [{ metric: 'Count', statistic: 'p99' }, 'statistic must be one of Sum, Average, SampleCount'],
  [{ dimensions: { function: 'work' } }, 'dimensions.function is none of Latency: api, stage'],
  [{ datapointsToAlarm: 6 }, 'datapointsToAlarm must be at most evaluationPeriods (5)'],
  [{ periodSeconds: 90 }, 'periodSeconds'],
  [{ periodSeconds: 86_400, evaluationPeriods: 5 }, 'must be at most a day'],
  [{ actions: [{ type: 'webhook', url: 'http://10.0.0.1/hook' }] }, 'actions[0].url 10.0.0.1 is not a public address'],
  [{ actions: [{ type: 'webhook', url: 'ftp://x/hook' }] }, 'must be an http(s) URL'],
  [{ treshold: 1 }, 'treshold is not a setting here'],
])('%j is refused with the reason', async (change, message) => {
  const { status, body } = await put('bad', { ...SETTINGS, ...change });
  expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
  expect(body.message).toContain(message);
});

test('a name that could not be one is refused', async () => {
  expect((await put('no%20spaces', SETTINGS)).body.message).toContain('must be 1 to 64 letters');
});
