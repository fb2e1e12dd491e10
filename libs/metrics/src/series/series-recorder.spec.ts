import { ApiSeries } from './api-series';
import { FunctionSeries } from './function-series';
import { API_COUNTER } from './metric-catalogue';
import { SeriesData } from './series-data';
import { SeriesRecorder, withWiderSeries } from './series-recorder';
import { type Sketch } from './sketch';

const noPause = async (): Promise<void> => {};

function route(recorder: SeriesRecorder, stage: string, key: string): ApiSeries {
  return new ApiSeries(recorder.series({ kind: 'api', api: 'shop', stage, route: key }));
}

async function countsOf(recorder: SeriesRecorder): Promise<Record<string, number>> {
  const all = await withWiderSeries(recorder.current, noPause);
  return Object.fromEntries(
    [...all].map(([key, data]) => [key, data.counters[API_COUNTER.count] as number] as const).sort(),
  );
}

test('a request counts for its route, its stage, its API and all APIs', async () => {
  const recorder = new SeriesRecorder({ seriesMax: 100 });
  route(recorder, 'prod', 'GET /a').record(200, 5, 4, null, 10);
  route(recorder, 'prod', 'GET /b').record(404, 1, 0, null, 0);
  route(recorder, 'beta', 'GET /a').record(502, 9, 8, true, 0);
  expect(await countsOf(recorder)).toEqual({
    A: 3,
    'A|shop': 3,
    'A|shop|beta': 1,
    'A|shop|beta|GET /a': 1,
    'A|shop|prod': 2,
    'A|shop|prod|GET /a': 1,
    'A|shop|prod|GET /b': 1,
  });
});

test('what a request was is counted under each of its metrics', async () => {
  const recorder = new SeriesRecorder({ seriesMax: 100 });
  const series = route(recorder, 'prod', 'GET /a');
  series.record(200, 5, 4, true, 10);
  series.record(404, 1, 0, null, 1);
  series.record(503, 7, 6, false, 2);
  const all = (await withWiderSeries(recorder.current, noPause)).get('A') as SeriesData;
  expect([...all.counters]).toEqual([3, 1, 1, 1, 1, 13]);
  expect(all.distributions.map(({ count, sum }) => [count, sum])).toEqual([
    [3, 13],
    [2, 10],
  ]);
});

test('routes without traffic take no room, and a minute that ends takes its series with it', () => {
  const recorder = new SeriesRecorder({ seriesMax: 100_000 });
  const routes = Array.from({ length: 10_000 }, (_, index) => route(recorder, 'prod', `GET /${index}`));
  routes[5]?.record(200, 1, 0, null, 0);
  expect(recorder.current.size).toBe(1);
  const ended = recorder.rotate();
  routes[5]?.record(200, 1, 0, null, 0);
  routes[6]?.record(200, 1, 0, null, 0);
  expect([ended.size, recorder.current.size]).toEqual([1, 2]);
  expect(ended.get('A|shop|prod|GET /5')?.counters[API_COUNTER.count]).toBe(1);
});

test('beyond the bound requests are counted with the wider series, and no sum is wrong', async () => {
  const recorder = new SeriesRecorder({ seriesMax: 3 });
  for (let index = 0; index < 50; index++) route(recorder, 'prod', `GET /${index}`).record(200, 1, 0, null, 0);
  expect(recorder.current.size).toBeLessThanOrEqual(6);
  expect(await countsOf(recorder)).toMatchObject({ A: 50, 'A|shop|prod|GET /0': 1 });
});

test('invocations count for their version, their function and all functions; the peak is the most at once', async () => {
  const recorder = new SeriesRecorder({ seriesMax: 100 });
  const series = new FunctionSeries(recorder, 'hello');
  series.started();
  series.started();
  series.record(1, false, false, 3, 1);
  series.ended();
  series.record(2, true, true, 3, 1);
  series.ended();
  series.started();
  series.ended();
  series.throttled(2);
  const all = await withWiderSeries(recorder.current, noPause);
  const numbers = (key: string): number[] => [...(all.get(key)?.counters ?? []), ...(all.get(key)?.peaks ?? [])];
  expect(numbers('F|hello|1')).toEqual([1, 0, 0, 0, 0, 0]);
  expect(numbers('F|hello|2')).toEqual([1, 1, 1, 1, 0, 0]);
  expect(numbers('F|hello')).toEqual([2, 1, 1, 1, 0, 2]);
  expect(numbers('F')).toEqual([2, 1, 1, 1, 0, 2]);
});

test('an invocation that outlives its minute still counts as concurrent in the next', () => {
  const recorder = new SeriesRecorder({ seriesMax: 100 });
  const series = new FunctionSeries(recorder, 'slow');
  series.started();
  recorder.rotate();
  series.ended();
  expect(recorder.current.get('F|slow')?.peaks[0]).toBe(1);
});

test('peaks of two gateways add up, peaks of two minutes do not', () => {
  const [one, two] = [new SeriesData('function'), new SeriesData('function')];
  one.peaks[0] = 3;
  two.peaks[0] = 5;
  const elsewhere = new SeriesData('function');
  elsewhere.addElsewhere(one);
  elsewhere.addElsewhere(two);
  const later = new SeriesData('function');
  later.addLater(two);
  later.addLater(one);
  expect([elsewhere.peaks[0], later.peaks[0]]).toEqual([8, 5]);
});

test('series come back from their bytes', () => {
  const recorder = new SeriesRecorder({ seriesMax: 100 });
  const series = route(recorder, 'prod', 'GET /a');
  for (let index = 0; index < 100; index++) series.record(index % 2 ? 200 : 500, index, index / 2, index % 3 === 0, 9);
  const data = recorder.current.get('A|shop|prod|GET /a') as SeriesData;
  const read = SeriesData.decode('api', data.encode());
  expect([...read.counters]).toEqual([...data.counters]);
  const figures = (sketch: Sketch): number[] => [sketch.count, sketch.sum, sketch.quantile(0.5), sketch.quantile(0.99)];
  expect(read.distributions.map(figures)).toEqual(data.distributions.map(figures));
});

test('bytes of another format are refused', () => {
  expect(() => SeriesData.decode('api', Buffer.from([9]))).toThrow('format 9');
});
