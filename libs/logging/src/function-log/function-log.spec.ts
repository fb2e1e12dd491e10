import { OUTCOME } from '@sluice/contracts';
import { closeRedis, connectRedis, RedisKeys, type Redis } from '@sluice/redis';
import { startTestRedis, waitFor, type TestRedis } from '@sluice/testing';
import { FunctionLogReader, type FunctionLogPage } from './function-log-reader';
import { type FunctionLogRecord } from './function-log-record';
import { FunctionLogWriter, type FunctionLogWriterOptions } from './function-log-writer';
import { enforceLogBudget } from './log-budget';

const keys = new RedisKeys();
const STARTED_MS = Date.UTC(2026, 10, 22, 10, 0, 0);
let testRedis: TestRedis;
let redis: Redis;
let reader: FunctionLogReader;
const writers: FunctionLogWriter[] = [];

beforeAll(async () => {
  testRedis = await startTestRedis();
  redis = await connectRedis(testRedis.volatileUrl, { name: 'function-log-test' });
  reader = new FunctionLogReader({ redis, keys });
});

afterAll(async () => {
  for (const writer of writers) writer.close();
  await closeRedis(redis);
  await testRedis.stop();
});

function newWriter(options: Partial<FunctionLogWriterOptions> = {}): FunctionLogWriter {
  const writerId = `writer-${writers.length}`;
  const writer = new FunctionLogWriter({ redis, keys, writerId, onError: () => undefined, ...options });
  writers.push(writer);
  return writer;
}

function record(
  requestId: string,
  more: Partial<FunctionLogRecord> & { readonly text?: string } = {},
): FunctionLogRecord {
  const { text, ...fields } = more;
  return {
    requestId,
    version: 3,
    startedAtMs: STARTED_MS,
    durationUs: 128_830,
    initUs: 0,
    memoryKb: 74 * 1_024,
    memoryMb: 128,
    outcome: OUTCOME.ok,
    error: null,
    lines: Buffer.from(text === undefined ? '' : `[${STARTED_MS + 5},"INFO",${JSON.stringify(text)}]`),
    ...fields,
  };
}

async function readAll(functionName: string): Promise<FunctionLogPage> {
  return reader.read(functionName, { limit: 1_000_000 });
}

function reports({ events }: FunctionLogPage): number {
  return events.filter(({ message }) => message.startsWith('REPORT ')).length;
}

function sampledInMarkers({ events }: FunctionLogPage): number {
  return events.reduce((sum, { sampled = 0 }) => sum + sampled, 0);
}

test('an invocation reads as AWS writes it: START, its lines, END, REPORT', async () => {
  const writer = newWriter();
  writer.record('aws', record('id-1', { text: 'a "quoted"\tline', initUs: 166_620 }));
  expect(await writer.flush(2_000)).toBe(true);
  expect((await readAll('aws')).events.map(({ message }) => message)).toEqual([
    'START RequestId: id-1 Version: 3',
    '2026-11-22T10:00:00.005Z\tid-1\tINFO\ta "quoted"\tline',
    'END RequestId: id-1',
    'REPORT RequestId: id-1\tDuration: 128.83 ms\tBilled Duration: 296 ms\tMemory Size: 128 MB\tMax Memory Used: 74 MB\tInit Duration: 166.62 ms\t',
  ]);
});

test('a failed invocation shows its error, a timeout the one line AWS writes', async () => {
  const writer = newWriter();
  const thrown = '{"errorType":"TypeError","errorMessage":"no","trace":["TypeError: no"]}';
  writer.record('failing', record('id-1', { outcome: OUTCOME.functionError, error: thrown }));
  const timeout =
    '{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: id-2 Error: Task timed out after 3.00 seconds"}';
  writer.record('failing', record('id-2', { outcome: OUTCOME.timeout, error: timeout }));
  await writer.flush(2_000);
  const errors = (await readAll('failing')).events
    .filter(({ level }) => level === 'ERROR')
    .map(({ message }) => message);
  expect(errors).toEqual([
    `2026-11-22T10:00:00.128Z\tid-1\tERROR\tInvoke Error \t${thrown}`,
    '2026-11-22T10:00:00.128Z id-2 Task timed out after 3.00 seconds',
  ]);
});

test('what is recorded can be read within half a second, without a flush', async () => {
  newWriter().record('soon', record('id-1'));
  await waitFor(async () => (await readAll('soon')).events.length > 0, { timeoutMs: 500 });
});

test('records and sampled invocations add up to the invocations, and a marker says when', async () => {
  const writer = newWriter({ bytesPerSecond: 20_000 });
  for (let index = 0; index < 3_000; index++)
    writer.record('chatty', record(`id-${index}`, { startedAtMs: STARTED_MS + index }));
  expect(await writer.flush(2_000)).toBe(true);
  const page = await readAll('chatty');
  expect(reports(page)).toBeGreaterThan(100);
  expect(sampledInMarkers(page)).toBeGreaterThan(1_000);
  expect(reports(page) + sampledInMarkers(page)).toBe(3_000);
  expect(page.summary).toEqual({ records: reports(page), sampled: sampledInMarkers(page), trimmed: 0 });
  const marker = page.events.find(({ sampled }) => sampled !== undefined);
  expect(marker?.message).toContain('To: 2026-11-22T10:00:02.999Z');
});

test('the marker comes although the function is never called again', async () => {
  const writer = newWriter({ bytesPerSecond: 100 });
  for (let index = 0; index < 10; index++) writer.record('stopped', record(`id-${index}`));
  await waitFor(async () => sampledInMarkers(await readAll('stopped')) > 5, { timeoutMs: 1_000 });
  const page = await readAll('stopped');
  expect(reports(page) + sampledInMarkers(page)).toBe(10);
});

test('a log stays within its bytes, and what was dropped from it is counted', async () => {
  const writer = newWriter({ bytesKept: 50_000, bytesPerSecond: 10_000_000 });
  for (let index = 0; index < 3_000; index++) {
    writer.record('long', record(`id-${index}`));
    if (index % 100 === 99) await writer.flush(2_000);
  }
  const { summary, events } = await readAll('long');
  expect(summary.trimmed).toBeGreaterThan(1_000);
  expect(summary.records + summary.sampled + summary.trimmed).toBe(3_000);
  expect(events.at(-1)?.message).toContain('id-2999');
  expect(await redis.memory('USAGE', keys.functionLogs('long'))).toBeLessThan(100_000);
});

test('all logs together stay within their budget, at the cost of the largest', async () => {
  const writer = newWriter({ bytesPerSecond: 10_000_000 });
  await redis.del(keys.functionLogSizes());
  for (let index = 0; index < 4_000; index++) {
    writer.record('large', record(`id-${index}`));
    if (index % 100 === 0) writer.record('small', record(`id-${index}`));
    if (index % 100 === 99) await writer.flush(2_000);
  }
  await waitFor(async () => (await redis.zcard(keys.functionLogSizes())) === 2);
  await enforceLogBudget({ redis, keys, writerId: 'budget', bytesMax: 100_000 });
  const large = (await readAll('large')).summary;
  expect(large.trimmed).toBeGreaterThan(2_000);
  expect(large.records + large.trimmed).toBe(4_000);
  expect((await readAll('small')).summary).toEqual({ records: 40, sampled: 0, trimmed: 0 });
});

test('a block that is written twice counts once', async () => {
  const writer = newWriter({ writerId: 'repeater' });
  writer.record('repeated', record('id-1'));
  await writer.flush(2_000);
  const again = newWriter({ writerId: 'repeater' });
  again.record('repeated', record('id-1'));
  await again.flush(2_000);
  expect((await readAll('repeated')).summary.records).toBe(1);
});

test('while Redis is away nothing is lost or counted twice', async () => {
  const away = await connectRedis(testRedis.volatileUrl, { name: 'away' });
  const failures: unknown[] = [];
  const writer = newWriter({ redis: away, onError: (error) => failures.push(error) });
  away.disconnect();
  for (let index = 0; index < 500; index++) writer.record('away', record(`id-${index}`));
  await waitFor(() => failures.length > 0);
  await away.connect();
  expect(await writer.flush(5_000)).toBe(true);
  await closeRedis(away);
  const page = await readAll('away');
  expect(reports(page) + sampledInMarkers(page)).toBe(500);
});

test('pages join to the whole, and a request id finds its invocation among all', async () => {
  const writer = newWriter();
  for (let index = 0; index < 300; index++) {
    writer.record('paged', record(`id-${index}`, { text: `line ${index}` }));
    if (index % 50 === 0) await writer.flush(2_000);
  }
  await writer.flush(2_000);
  const messages: string[] = [];
  let cursor: string | undefined;
  do {
    const page: FunctionLogPage = await reader.read('paged', { limit: 7, ...(cursor === undefined ? {} : { cursor }) });
    messages.push(...page.events.map(({ message }) => message));
    expect(page.summary.records).toBe(300);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  expect(messages).toEqual((await readAll('paged')).events.map(({ message }) => message));
  expect(messages).toHaveLength(1_200);
  const one = await reader.read('paged', { limit: 100, requestId: 'id-42' });
  expect(one.events.map(({ message }) => message.split('\t')[0])).toEqual([
    'START RequestId: id-42 Version: 3',
    '2026-11-22T10:00:00.005Z',
    'END RequestId: id-42',
    'REPORT RequestId: id-42',
  ]);
  await expect(reader.read('paged', { limit: 1, cursor: 'x' })).rejects.toThrow(RangeError);
});

test('recording costs a few microseconds', () => {
  const writer = newWriter({ bytesPerSecond: 1e9 });
  const one = record('0b0c8f3c-9a52-4c8e-8d0a-0d8f7f3b1c2d');
  for (let index = 0; index < 20_000; index++) writer.record('warm-up', one);
  const startedMs = performance.now();
  for (let index = 0; index < 20_000; index++) writer.record('warm-up', one);
  expect(((performance.now() - startedMs) * 1_000) / 20_000).toBeLessThan(10);
});
