import { startTestRunner, untilWhole, type TestRunner, type UploadedFunction } from './runner.fixture';
import { type ProbeAnswer } from './invocations/prober';

let runner: TestRunner;

beforeAll(async () => {
  runner = await startTestRunner();
  await untilWhole(runner);
});

afterAll(async () => {
  await runner.stop();
});

async function probe(fn: UploadedFunction): Promise<ProbeAnswer> {
  const answer = await runner.call(fn, null, { kind: 'probe', waitMs: 10_000, timeoutMs: 6_000 });
  expect(answer.name).toBe('ok');
  return answer.body as ProbeAnswer;
}

it('an upload that loads and has a handler passes', async () => {
  const fn = await runner.upload('good', 'export const handler = async () => 1;');
  expect(await probe(fn)).toMatchObject({ ok: true, handlerKind: 'lambda' });
});

it('an upload that throws while loading is refused with the place in the uploaded file', async () => {
  const fn = await runner.upload(
    'throws',
    'type A = 1;\nconst table: A[] = [];\nif (table.length === 0) throw new RangeError("empty table");\nexport const handler = async () => 1;',
  );
  expect(await probe(fn)).toMatchObject({
    ok: false,
    errorType: 'RangeError',
    message: 'empty table',
    details: [{ file: 'index.ts', line: 3, message: 'empty table' }],
  });
});

it('an upload without a handler is told what it exports instead', async () => {
  const fn = await runner.upload('other', 'export const main = 1;\nexport const go = 2;');
  expect(await probe(fn)).toMatchObject({ ok: false, exports: ['go', 'main'] });
});

it('an upload that never ends loading is refused after five seconds, and the next one is probed meanwhile', async () => {
  const endless = probe(await runner.upload('endless', 'for (;;) {}\nexport const handler = 1;'));
  const startedAtMs = performance.now();
  expect(await probe(await runner.upload('quick', 'export const handler = async () => 1;'))).toMatchObject({
    ok: true,
  });
  expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  expect(await endless).toMatchObject({ ok: false });
});

it('an upload that kills its host while loading is refused, nobody else is hurt, and the next upload works within a second', async () => {
  const victim = await runner.upload('victim', 'export const handler = async () => 1;');
  const crashing = runner.upload(
    'crashing',
    'const s = "x".repeat(2 ** 28).split("");\nexport const handler = async () => s.length;',
  );
  const pending = probe(await crashing);
  const calls = await Promise.all(Array.from({ length: 50 }, () => runner.call(victim)));
  expect(await pending).toMatchObject({ ok: false });
  expect(calls.every(({ name }) => name === 'ok')).toBe(true);
  const startedAtMs = performance.now();
  expect(await probe(await runner.upload('after', 'export const handler = async () => 1;'))).toMatchObject({
    ok: true,
  });
  expect(performance.now() - startedAtMs).toBeLessThan(1_000);
});
