import { LIMITS } from '@sluice/contracts';
import { closeRedis, connectRedis, type Redis, RedisKeys } from '@sluice/redis';
import { startTestRedis, type TestRedis, waitFor } from '@sluice/testing';
import { ApiSeries } from '../series/api-series';
import { METRICS, type Metric } from '../series/metric-catalogue';
import { SeriesRecorder } from '../series/series-recorder';
import { MetricFlusher } from './metric-flusher';
import { MetricReader, TooManySeries } from './metric-reader';
import { MetricRollup } from './metric-rollup';
import { MetricState } from './metric-state';
import { MetricStore } from './metric-store';
import { SeriesList } from './series-list';
import { statisticIn, type Statistic } from './statistic';

const HOUR = 3_600;
/** The start of an hour. */
const START_SECONDS = Date.UTC(2026, 10, 22, 12) / 1_000;

let server: TestRedis;
let redis: Redis;
let nowSeconds = START_SECONDS;
let installations = 0;
beforeAll(async () => {
  server = await startTestRedis();
  redis = await connectRedis(server.url, { name: 'spec' });
});
afterAll(async () => {
  await closeRedis(redis);
  await server.stop();
});

/** Metrics of an installation of its own; gateways are added as a test needs them. */
class Installation {
  readonly #keys = new RedisKeys(`metrics-${installations++}:`);
  readonly #parts = { redis, keys: this.#keys };
  readonly store = new MetricStore(this.#parts);
  readonly state = new MetricState(this.#parts);
  readonly list = new SeriesList(this.#parts);
  readonly reader = new MetricReader(this);
  readonly failures: string[] = [];
  #gateways = 0;

  constructor() {
    nowSeconds = START_SECONDS;
  }

  gateway(): { flusher: MetricFlusher; request: (route: string, latencyMs: number, status?: number) => void } {
    const recorder = new SeriesRecorder({ seriesMax: LIMITS.metricSeriesPerMinuteMax });
    const { store, state, list } = this;
    const flusher = new MetricFlusher({
      recorder,
      store,
      list,
      state,
      writer: `gateway-${this.#gateways++}`,
      nowMs,
      onError: (message) => this.failures.push(message),
    });
    const routes = new Map<string, ApiSeries>();
    return {
      flusher,
      request(route, latencyMs, status = 200) {
        const dimensions = { kind: 'api', api: 'shop', stage: '$default', route } as const;
        if (!routes.has(route)) routes.set(route, new ApiSeries(recorder.series(dimensions)));
        routes.get(route)?.record(status, latencyMs, latencyMs / 2, null, 100);
      },
    };
  }

  rollUp(bytesMax = Infinity): Promise<void> {
    const { store, state, list } = this;
    return new MetricRollup({ store, state, list, bytesMax, nowMs }).run();
  }

  /** The statistic of the API "shop" per period, by minutes since the start. */
  async read(name: string, statistic: Statistic, periodSeconds = 60): Promise<[minute: number, number | null][]> {
    const range = { fromSeconds: START_SECONDS, toSeconds: START_SECONDS + 24 * HOUR, periodSeconds };
    const periods = await this.reader.read({ kind: 'api', api: 'shop' }, range);
    const metric = METRICS[name] as Metric;
    return periods.map(({ startSeconds, data }) => [
      (startSeconds - START_SECONDS) / 60,
      statisticIn(data, metric, statistic),
    ]);
  }
}

const nowMs = (): number => nowSeconds * 1_000;
const advance = (seconds: number): number => (nowSeconds += seconds);

describe('flushing', () => {
  test('what gateways measured adds up, however often and in whichever order they write', async () => {
    const installation = new Installation();
    const [one, two] = [installation.gateway(), installation.gateway()];
    for (let round = 0; round < 5; round++) {
      one.request('GET /a', 10);
      two.request('GET /a', 20, 500);
      two.request('GET /b', 30);
      advance(10);
      await Promise.all([two.flusher.flush(), one.flusher.flush(), two.flusher.flush()]);
    }
    expect(await installation.read('Count', 'Sum')).toEqual([[0, 15]]);
    expect(await installation.read('5XXError', 'Sum')).toEqual([[0, 5]]);
    expect(await installation.read('5XXError', 'Average')).toEqual([[0, 5 / 15]]);
    expect(await installation.read('Latency', 'Sum')).toEqual([[0, 5 * (10 + 20 + 30)]]);
    expect(await installation.read('Latency', 'Maximum')).toEqual([[0, 30]]);
  });

  test('a percentile over gateways is that of all their requests together, not a mean of percentiles', async () => {
    const installation = new Installation();
    const [busy, idle] = [installation.gateway(), installation.gateway()];
    for (let index = 0; index < 990; index++) busy.request('GET /a', 10);
    for (let index = 0; index < 10; index++) idle.request('GET /a', 1_000);
    await Promise.all([busy.flusher.flush(), idle.flusher.flush()]);
    const [[, p99] = []] = await installation.read('Latency', 'p99');
    const [[, p995] = []] = await installation.read('Latency', 'p99.5');
    expect([Math.round(p99 as number), Math.round(p995 as number)]).toEqual([10, 1_000]);
  });

  test('a request counts in the minute it was made in, and a minute once it has ended does not change', async () => {
    const installation = new Installation();
    const { flusher, request } = installation.gateway();
    request('GET /a', 1);
    advance(59);
    await flusher.flush();
    request('GET /a', 1);
    advance(1);
    await flusher.flush();
    request('GET /a', 1);
    advance(120);
    await flusher.flush();
    expect(await installation.read('Count', 'Sum')).toEqual([
      [0, 2],
      [1, 1],
    ]);
  });

  test('a clock that is set back loses nothing', async () => {
    const installation = new Installation();
    const { flusher, request } = installation.gateway();
    for (const step of [60, -90, 10, 120]) {
      request('GET /a', 1);
      advance(step);
      await flusher.flush();
    }
    const counts = await installation.read('Count', 'Sum');
    expect(counts.reduce((sum, [, count]) => sum + (count ?? 0), 0)).toBe(4);
  });

  test('a gateway that stops leaves nothing behind', async () => {
    const installation = new Installation();
    const { flusher, request } = installation.gateway();
    flusher.start();
    request('GET /a', 1);
    await flusher.stop();
    expect(await installation.read('Count', 'Sum')).toEqual([[0, 1]]);
  });

  test('ten thousand routes with traffic at once are stored whole, in a few megabytes', async () => {
    const installation = new Installation();
    const { flusher, request } = installation.gateway();
    for (let route = 0; route < 10_000; route++)
      for (let call = 0; call < 3; call++) request(`GET /${route}`, call + 1);
    await flusher.flush();
    expect(await installation.read('Count', 'Sum')).toEqual([[0, 30_000]]);
    const [stretch] = await installation.store.sizes();
    expect(stretch?.bytes).toBeLessThan(5_000_000);
    expect(installation.failures).toEqual([]);
  });

  test('minutes that end while Redis is away arrive when it is back', async () => {
    const installation = new Installation();
    const { flusher, request } = installation.gateway();
    const pid = server.pids.durable();
    process.kill(pid ?? 0, 'SIGSTOP');
    try {
      for (let minute = 0; minute < 3; minute++) {
        request('GET /a', 1);
        advance(60);
        await flusher.flush();
      }
      expect(installation.failures).toEqual(['metrics could not be written; they wait']);
    } finally {
      process.kill(pid ?? 0, 'SIGCONT');
    }
    const counts = await waitFor(async () => {
      await flusher.flush();
      const read = await installation.read('Count', 'Sum');
      return read.length === 3 && read;
    });
    expect(counts).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
    expect(flusher.droppedMinutes).toBe(0);
  }, 30_000);
});

describe('selecting', () => {
  test('routes are added up by method, by resource, or both', async () => {
    const installation = new Installation();
    const { flusher, request } = installation.gateway();
    for (const route of ['GET /a', 'GET /b', 'POST /a', '$default']) request(route, 1);
    await flusher.flush();
    const count = async (selection: object): Promise<number> => {
      const range = { fromSeconds: START_SECONDS, toSeconds: START_SECONDS + 60, periodSeconds: 60 };
      const [period] = await installation.reader.read({ kind: 'api', ...selection }, range);
      return period?.data.counters[0] ?? 0;
    };
    expect(await count({})).toBe(4);
    expect(await count({ api: 'shop', stage: '$default', method: 'GET' })).toBe(2);
    expect(await count({ api: 'shop', resource: '/a' })).toBe(2);
    expect(await count({ api: 'shop', stage: '$default', method: 'POST', resource: '/a' })).toBe(1);
    expect(await count({ api: 'shop', route: '$default' })).toBe(1);
    expect(await count({ api: 'other' })).toBe(0);
  });

  test('a query that would add up too many series says how many', async () => {
    const installation = new Installation();
    const { flusher, request } = installation.gateway();
    for (let index = 0; index <= LIMITS.metricSeriesPerQueryMax; index++) request(`GET /${index}`, 1);
    await flusher.flush();
    const range = { fromSeconds: START_SECONDS, toSeconds: START_SECONDS + 60, periodSeconds: 60 };
    const query = installation.reader.read({ kind: 'api', api: 'shop', method: 'GET' }, range);
    await expect(query).rejects.toMatchObject({ found: LIMITS.metricSeriesPerQueryMax + 1 });
    await expect(query).rejects.toBeInstanceOf(TooManySeries);
  });

  test('what has been measured can be listed', async () => {
    const installation = new Installation();
    const { flusher, request } = installation.gateway();
    request('GET /a', 1);
    await flusher.flush();
    expect(await installation.reader.listed('api', 0)).toEqual(
      expect.arrayContaining([
        { kind: 'api' },
        { kind: 'api', api: 'shop' },
        { kind: 'api', api: 'shop', stage: '$default', route: 'GET /a' },
      ]),
    );
    expect(await installation.reader.listed('function', 0)).toEqual([]);
  });
});

describe('rolling up', () => {
  /** One request a minute from each of two gateways. */
  async function measure(installation: Installation, minutes: number): Promise<void> {
    const gateways = [installation.gateway(), installation.gateway()];
    for (let minute = 0; minute < minutes; minute++) {
      for (const { request } of gateways) request('GET /a', minute + 1);
      advance(60);
      for (const { flusher } of gateways) await flusher.flush();
    }
  }

  test('coarser periods say what the minutes said, before and after the minutes are gone', async () => {
    const installation = new Installation();
    await measure(installation, 130);
    const ofFive = await installation.read('Latency', 'Sum', 300);
    const ofHour = await installation.read('Latency', 'Sum', HOUR);
    const p90OfHour = await installation.read('Latency', 'p90', HOUR);
    await installation.rollUp();
    await installation.store.drop(await installation.store.stretches(60, 0, START_SECONDS + 2 * HOUR));
    expect(await installation.read('Latency', 'Sum', 300)).toEqual(ofFive);
    await installation.store.drop(await installation.store.stretches(300, 0, START_SECONDS + 2 * HOUR));
    expect(await installation.read('Latency', 'Sum', HOUR)).toEqual(ofHour);
    expect(await installation.read('Latency', 'p90', HOUR)).toEqual(p90OfHour);
    expect(ofHour.map(([minute]) => minute)).toEqual([0, 60, 120]);
  }, 30_000);

  test('done twice, or by two at once, it changes nothing', async () => {
    const installation = new Installation();
    await measure(installation, 70);
    await Promise.all([installation.rollUp(), installation.rollUp()]);
    await installation.rollUp();
    expect(await installation.read('Count', 'Sum', HOUR)).toEqual([
      [0, 120],
      [60, 20],
    ]);
  });

  test('data that comes after its hour was rolled up is in it all the same', async () => {
    const installation = new Installation();
    const late = installation.gateway();
    late.request('GET /late', 7);
    await measure(installation, 70);
    await installation.rollUp();
    expect(await installation.read('Count', 'Sum', HOUR)).toEqual([
      [0, 120],
      [60, 20],
    ]);
    await late.flusher.flush();
    await installation.rollUp();
    expect(await installation.read('Count', 'Sum', HOUR)).toEqual([
      [0, 121],
      [60, 20],
    ]);
  });

  test('what is older than its resolution is kept goes, coarser data stays', async () => {
    const installation = new Installation();
    await measure(installation, 10);
    await installation.rollUp();
    advance(LIMITS.metricMinutesSecondsKept);
    await installation.rollUp();
    expect(await installation.read('Count', 'Sum')).toEqual([]);
    expect(await installation.read('Count', 'Sum', 300)).toEqual([
      [0, 10],
      [5, 10],
    ]);
    advance(LIMITS.metricHoursSecondsKept);
    await installation.rollUp();
    expect(await installation.store.sizes()).toEqual([]);
    expect(await installation.reader.listed('api', 0)).toEqual([]);
  });

  test('beyond the bytes allowed the oldest minutes go first, and are not missed by the hour', async () => {
    const installation = new Installation();
    await measure(installation, 200);
    await installation.rollUp();
    const bytes = (await installation.store.sizes()).reduce((sum, size) => sum + size.bytes, 0);
    await installation.rollUp(bytes * 0.8);
    const minutes = await installation.read('Count', 'Sum');
    expect(minutes.length).toBeLessThan(200);
    expect(minutes.at(-1)).toEqual([199, 2]);
    expect((await installation.read('Count', 'Sum', HOUR)).map(([, count]) => count)).toEqual([120, 120, 120, 40]);
    const left = (await installation.store.sizes()).reduce((sum, size) => sum + size.bytes, 0);
    expect(left).toBeLessThanOrEqual(bytes * 0.8);
  }, 30_000);
});
