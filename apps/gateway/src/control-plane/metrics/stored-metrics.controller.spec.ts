import { OUTCOME } from '@sluice/contracts';
import { startTestRedis, type TestRedis, waitFor } from '@sluice/testing';
import {
  answerEverything,
  startScriptedRunner,
  startTestGateway,
  type Answer,
  type TestGateway,
} from '../../test-gateway.fixture';

interface MetricAnswer {
  readonly unit: string;
  readonly datapoints: readonly Record<string, string | number>[];
  readonly total: Record<string, number> | null;
}

let redis: TestRedis;
let one: TestGateway;
let two: TestGateway;
let runner: { stop(): Promise<void> };
let running = 0;
let mostAtOnce = 0;

beforeAll(async () => {
  redis = await startTestRedis();
  [one, two] = await Promise.all([startTestGateway(redis), startTestGateway(redis)]);
  runner = await startScriptedRunner(redis, (invocation) => {
    if (invocation.kind === 'probe') return answerEverything(invocation);
    const { path } = JSON.parse(invocation.event) as { path?: string; rawPath?: string };
    const failing = invocation.event.includes('"/fail"');
    const durationUs = 20_000;
    mostAtOnce = Math.max(mostAtOnce, ++running);
    setTimeout(() => {
      running--;
      if (failing) {
        const error = JSON.stringify({ errorType: 'Error', errorMessage: 'asked to' });
        invocation.answer(OUTCOME.functionError, { durationUs, initUs: 0 }, error);
      } else {
        const body = JSON.stringify({ statusCode: 200, body: path ?? 'x'.repeat(100) });
        invocation.answer(OUTCOME.ok, { durationUs, initUs: 5_000 }, body);
      }
    }, durationUs / 1_000);
  });
  await one.request('PUT', '/v1/functions/work', {
    body: 'export const handler = async () => ({})',
    headers: { 'content-type': 'application/typescript' },
  });
  const integration = { type: 'function', function: 'work' };
  const routes = ['GET /ok', 'POST /ok', 'GET /fail'].map((route) => ({ route, integration }));
  await one.request('PUT', '/v1/apis/shop', { json: { routes } });
});
afterAll(async () => {
  await Promise.all([one.stop(), two.stop(), runner.stop()]);
  await redis.stop();
});

const queried = async (gateway: TestGateway, query: string): Promise<MetricAnswer> => {
  const { text } = await gateway.request('GET', `/v1/metrics?${query}`);
  return JSON.parse(text) as MetricAnswer;
};
/** Over an hour before and after now, as one number. */
const total = async (query: string, statistic: string): Promise<number | null | undefined> =>
  (await queried(one, `${query}&statistic=${statistic}&start=1h`)).total?.[statistic];

async function load(): Promise<void> {
  const calls: Promise<Response>[] = [];
  for (const { publicUrl } of [one, two]) {
    for (let index = 0; index < 10; index++) calls.push(fetch(`${publicUrl}/shop/ok`));
    for (let index = 0; index < 3; index++)
      calls.push(fetch(`${publicUrl}/shop/ok`, { method: 'POST', body: 'y'.repeat(50) }));
    for (let index = 0; index < 2; index++) calls.push(fetch(`${publicUrl}/shop/fail`));
    calls.push(fetch(`${publicUrl}/shop/nowhere`), fetch(`${publicUrl}/nowhere`));
  }
  await Promise.all((await Promise.all(calls)).map((response) => response.text()));
}

describe('after a load on two gateways', () => {
  beforeAll(async () => {
    await load();
    // Asking a gateway brings what it measured itself up to date.
    await waitFor(async () => {
      await queried(two, 'metric=Count');
      return (await total('metric=Count', 'Sum')) === 34;
    });
  });

  test('either of them answers for both, and every request is in it once', async () => {
    expect(await total('metric=Count&api=shop', 'Sum')).toBe(32);
    expect(await total('metric=Count&api=-', 'Sum')).toBe(2);
    expect((await queried(two, 'metric=Count&api=shop')).total).toEqual({ Sum: 32 });
  });

  test.each([
    ['api=shop&stage=$default', 32],
    ['api=shop&stage=$default&route=-', 2],
    ['api=shop&stage=$default&route=GET /ok', 20],
    ['api=shop&stage=$default&resource=/ok&method=POST', 6],
    ['api=shop&method=GET', 24],
    ['api=shop&resource=/ok', 26],
    ['api=nothing', undefined],
  ])('requests by %s', async (dimensions, count) => {
    expect(await total(`metric=Count&${dimensions}`, 'Sum')).toBe(count);
  });

  test('errors are counted as AWS counts them, and their average is the error rate', async () => {
    expect(await total('metric=5XXError&api=shop', 'Sum')).toBe(4);
    expect(await total('metric=5XXError&api=shop', 'Average')).toBeCloseTo(4 / 32);
    expect(await total('metric=4XXError', 'Sum')).toBe(4);
    expect(await total('metric=4XXError&api=shop', 'Sum')).toBe(2);
  });

  test('a latency holds the time behind the gateway, and that the run time of the handler', async () => {
    const [latency, integration, duration] = await Promise.all([
      total('metric=Latency&api=shop&resource=/ok', 'Minimum'),
      total('metric=IntegrationLatency&api=shop&resource=/ok', 'Minimum'),
      total('metric=Duration&function=work', 'Minimum'),
    ]);
    expect(duration).toBe(20);
    expect(integration).toBeGreaterThanOrEqual(19);
    expect(latency).toBeGreaterThanOrEqual(integration as number);
    expect(await total('metric=Latency&api=shop', 'SampleCount')).toBe(32);
  });

  test('the bytes of both bodies are processed', async () => {
    const bytes = (await total('metric=DataProcessed&api=shop&stage=$default&route=POST /ok', 'Sum')) as number;
    expect(bytes).toBe(6 * (50 + 100));
  });

  test('invocations, errors and cold starts of a function and its version', async () => {
    expect(await total('metric=Invocations&function=work&version=1', 'Sum')).toBe(30);
    expect(await total('metric=Errors&function=work', 'Sum')).toBe(4);
    expect(await total('metric=ColdStarts&function=work', 'Sum')).toBe(26);
    expect(await total('metric=ConcurrentExecutions&function=work', 'Maximum')).toBeGreaterThanOrEqual(mostAtOnce);
  });

  test('answers from the cache are hits, the others of a cached route misses', async () => {
    const integration = { type: 'function', function: 'work' };
    const cache = { ttlSeconds: 60 };
    await one.request('PUT', '/v1/apis/kept', { json: { routes: [{ route: 'GET /ok', integration, cache }] } });
    for (let index = 0; index < 5; index++) await (await fetch(`${one.publicUrl}/kept/ok`)).text();
    await waitFor(async () => (await total('metric=Count&api=kept', 'Sum')) === 5);
    expect(await total('metric=CacheHitCount&api=kept', 'Sum')).toBe(4);
    expect(await total('metric=CacheHitCount&api=kept', 'Average')).toBe(0.8);
    expect(await total('metric=CacheMissCount&api=kept', 'Sum')).toBe(1);
    expect(await total('metric=CacheMissCount&api=shop', 'Sum')).toBe(0);
  });

  test('an invocation by its own API counts like any other', async () => {
    const before = (await total('metric=Invocations&function=work', 'Sum')) ?? 0;
    await one.request('POST', '/v1/functions/work/invocations', { json: {} });
    await waitFor(async () => (await total('metric=Invocations&function=work', 'Sum')) === before + 1);
    expect(await total('metric=Count&api=shop', 'Sum')).toBe(32);
  });

  test('what there is data of can be listed and paged through', async () => {
    const list = async (query: string): Promise<{ metrics: object[]; series: object[]; nextCursor?: string }> =>
      JSON.parse((await one.request('GET', `/v1/metrics/series?${query}`)).text) as never;
    const { series, metrics } = await list('api=shop');
    expect(series).toContainEqual({ kind: 'api', api: 'shop', stage: '$default', route: 'GET /fail' });
    expect(series).toHaveLength(6);
    expect(metrics).toContainEqual(expect.objectContaining({ metric: 'Latency', unit: 'Milliseconds' }));
    const first = await list('limit=3');
    const second = await list(`limit=1000&cursor=${first.nextCursor}`);
    expect([...first.series, ...second.series]).toEqual((await list('limit=1000')).series);
  });
});

describe('a question that makes no sense is told why', () => {
  test.each([
    ['', /"metric" must be one of Count, /],
    ['metric=toString', /"metric" must be one of/],
    ['metric=Latency&statistic=p101', /"p101" is no statistic of Latency; it has Sum, Average/],
    ['metric=Count&statistic=p99', /"p99" is no statistic of Count; it has Sum, Average, SampleCount/],
    ['metric=Count&function=work', /Count has no dimension "function"; it has api, stage/],
    ['metric=Count&period=90', /"period" must be a multiple of 60/],
    ['metric=Count&start=1h&end=2h', /"start" must be before "end"/],
    ['metric=Count&end=never', /"end" must be a time such as/],
    ['metric=Count&start=2d&end=1d&period=60', /older than a day metrics are kept by five minutes/],
    ['metric=Count&start=20d&end=19d&period=300', /older than 15 days metrics are kept by the hour/],
    ['metric=Count&start=2d', /2880 datapoints; at most 1440/],
    ['metric=Count&typo=1', /The query parameter "typo" is not known/],
  ])('%s', async (query, message) => {
    const answer: Answer = await one.request('GET', `/v1/metrics?${query}`);
    expect([answer.status, answer.body.code]).toEqual([400, 'BAD_REQUEST']);
    expect(answer.body.message).toMatch(message);
  });

  test('without credentials nobody learns anything', async () => {
    expect((await one.request('GET', '/v1/metrics?metric=Count', { as: null })).status).toBe(401);
  });
});
