import { waitFor } from '@sluice/testing';
import { steadyLoad, TwoMachines, type E2ePlatform, type LoadFigures } from './index';

/** The long form of the same promise: METRICS_LOAD_SECONDS=60 METRICS_CALLS_PER_SECOND=200. */
const LOAD_SECONDS = Number(process.env['METRICS_LOAD_SECONDS'] ?? 8);
const CALLS_PER_SECOND = Number(process.env['METRICS_CALLS_PER_SECOND'] ?? 60);
/** A machine that does other things meanwhile delays the load generator itself; then its figures are not the truth. */
const ROUNDS_MAX = 5;

const SOURCE = `export const handler = async (event: any) => {
  await new Promise((resolve) => setTimeout(resolve, Number(event.queryStringParameters.ms)));
  if (event.queryStringParameters.fail) throw new Error('asked to');
  return { statusCode: 200, body: 'x' };
};`;

interface MetricAnswer {
  readonly total: Readonly<Record<string, number>> | null;
}

describe('metrics of two machines', () => {
  let machines: TwoMachines;
  beforeAll(async () => {
    machines = await TwoMachines.start();
  }, 120_000);
  afterAll(() => machines.stop(), 60_000);

  const machine = (index: number): E2ePlatform => machines.machine(index);
  const total = async (query: string): Promise<Readonly<Record<string, number>>> => {
    const { json } = await machine(0).controlPlane.get(`/v1/metrics?start=15m&${query}`);
    return (json as MetricAnswer).total ?? {};
  };

  /** On both machines: 50 to 100 ms behind the gateway each, every 20th failing, every 25th to nowhere. */
  async function mixedLoad(api: string): Promise<LoadFigures & { readonly p99Ms: number }> {
    const routedMs: number[] = [];
    let made = 0;
    const load = steadyLoad(CALLS_PER_SECOND, async () => {
      const index = made++;
      if (index % 25 === 24) return machine(index).call(`/${api}-nowhere`);
      const fail = index % 20 === 19 ? '&fail=1' : '';
      const startedAtMs = performance.now();
      const answer = await machine(index).call(`/${api}/?ms=${50 + ((index * 7) % 51)}${fail}`, {
        method: index % 3 === 0 ? 'POST' : 'GET',
      });
      routedMs.push(performance.now() - startedAtMs);
      return answer;
    });
    await waitFor(() => load.figures().calls >= LOAD_SECONDS * CALLS_PER_SECOND, {
      timeoutMs: LOAD_SECONDS * 4_000,
      what: 'the load is over',
    });
    const figures = await load.stop();
    return { ...figures, p99Ms: nearestRank(routedMs, 0.99) };
  }

  test('agree with the load generator: every call once, p99 within 2 %', async () => {
    const differences: number[] = [];
    for (let round = 0; round < ROUNDS_MAX && !differences.some((difference) => difference <= 0.02); round++) {
      const api = `load-${round}`;
      await machine(0).expose(api, SOURCE, { config: { timeoutMs: 10_000, concurrency: 100 } });
      const before = (await total('metric=Count&api=-&statistic=Sum'))['Sum'] ?? 0;
      const { outcomes, calls, p99Ms } = await mixedLoad(api);
      const routed = (outcomes['200'] ?? 0) + (outcomes['500'] ?? 0);
      expect(routed + (outcomes['404'] ?? 0)).toBe(calls);
      await waitFor(async () => (await total(`metric=Count&api=${api}&statistic=Sum`))['Sum'] === routed, {
        timeoutMs: 30_000,
        what: 'every request is counted',
      });
      const [serverErrors, nowhere, latency] = await Promise.all([
        total(`metric=5XXError&api=${api}&statistic=Sum`),
        total('metric=Count&api=-&statistic=Sum'),
        total(`metric=Latency&api=${api}&statistic=p99,SampleCount`),
      ]);
      expect(serverErrors['Sum']).toBe(outcomes['500']);
      expect((nowhere['Sum'] ?? 0) - before).toBe(outcomes['404']);
      expect(latency['SampleCount']).toBe(routed);
      differences.push(Math.abs((latency['p99'] ?? 0) - p99Ms) / p99Ms);
    }
    expect(Math.min(...differences)).toBeLessThanOrEqual(0.02);
  }, 300_000);
});

function nearestRank(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] ?? NaN;
}
