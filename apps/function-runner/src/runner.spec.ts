import { waitFor } from '@sluice/testing';
import { hostPids, startTestRunner, untilWhole, type Answer, type TestRunner } from './runner.fixture';

let runner: TestRunner;

beforeAll(async () => {
  runner = await startTestRunner();
});

afterAll(async () => {
  await runner.stop();
});

describe('an invocation', () => {
  it('runs the uploaded function and answers what it returns, the second time in the same environment', async () => {
    const hello = await runner.upload(
      'hello',
      'export const handler = async (event: { name: string }) => ({ hello: event.name });',
    );
    const first = await runner.call(hello, { name: 'a' });
    expect(first).toMatchObject({ name: 'ok', body: { hello: 'a' } });
    expect(first.initUs).toBeGreaterThan(0);
    expect(await runner.call(hello, { name: 'b' })).toMatchObject({ name: 'ok', body: { hello: 'b' }, initUs: 0 });
  });

  it('that throws answers the error with places in the uploaded file', async () => {
    const failing = await runner.upload(
      'failing',
      'type T = { a: string };\nexport const handler = async (event: T) => {\n  throw new TypeError(event.a);\n};\n',
    );
    const { name, body } = await runner.call(failing, { a: 'no' });
    expect(name).toBe('functionError');
    expect(body).toMatchObject({ errorType: 'TypeError', errorMessage: 'no' });
    const { trace } = body as { trace: string[] };
    expect(trace[1]).toMatch(/^\s+at .*index\.ts:3:9\)?$/);
    expect(trace.join('\n')).not.toMatch(/file:|isolated-vm|node_modules|sluice:/);
  });

  it('that never ends is answered at its timeout', async () => {
    const endless = await runner.upload('endless', 'export const handler = async () => { for (;;) {} };', {
      timeoutMs: 300,
    });
    const { name, elapsedMs, body } = await runner.call(endless);
    expect(name).toBe('timeout');
    expect(elapsedMs).toBeLessThan(1_000);
    expect(body).toMatchObject({ errorType: 'Sandbox.Timedout' });
  });

  it('of a revision that is not there is answered at once', async () => {
    const { name, elapsedMs } = await runner.call({
      name: 'nobody',
      revision: 'none',
      config: { timeoutMs: 1_000 },
    } as Parameters<TestRunner['call']>[0]);
    expect(name).toBe('revisionMissing');
    expect(elapsedMs).toBeLessThan(1_000);
  });

  it('whose caller left before it started is not run, one that runs is run to its end', async () => {
    const slow = await runner.upload(
      'slow',
      'let runs = 0;\nexport const handler = async (event: { ms: number }) => { runs++; await new Promise((r) => setTimeout(r, event.ms)); return runs; };',
      { maxConcurrency: 1 },
    );
    await runner.call(slow, { ms: 0 });
    const running = runner.submit(slow, { ms: 300 });
    await waitFor(() => runner.runner.status().inFlight === 1);
    const waiting = runner.submit(slow, { ms: 0 });
    await waitFor(() => runner.runner.status().inFlight === 2);
    waiting.cancel();
    running.cancel();
    expect((await waiting.answer).name).toBe('cancelled');
    expect((await running.answer).name).toBe('ok');
    expect((await runner.call(slow, { ms: 0 })).body).toBe(3);
  });
});

describe('what is known of invocations', () => {
  it('log records and metrics agree with the answers, whatever the outcome', async () => {
    const mixed = await runner.upload(
      'mixed',
      'export const handler = async (event: number) => { console.log("event", event); if (event % 3 === 0) throw new Error("third"); return event; };',
    );
    const answers: Answer[] = [];
    while (answers.length < 300) {
      answers.push(...(await Promise.all(Array.from({ length: 60 }, (_, index) => runner.call(mixed, index)))));
    }
    expect(answers.filter(({ name }) => name === 'ok')).toHaveLength(200);
    expect(answers.filter(({ name }) => name === 'functionError')).toHaveLength(100);
    expect(runner.metric('sluice_invocations_total{function="mixed",outcome="ok"}')).toBe(200);
    expect(runner.metric('sluice_invocations_total{function="mixed",outcome="functionError"}')).toBe(100);
    expect(runner.metric('sluice_invocation_duration_seconds_count{function="mixed"}')).toBe(300);
    await waitFor(async () => (await runner.logs('mixed')).summary.records === 300);
    const { events } = await runner.logs('mixed');
    expect(events.filter(({ message }) => message.startsWith('REPORT '))).toHaveLength(300);
    const logged = events.filter(({ level }) => level === 'INFO').map(({ requestId }) => requestId);
    expect([logged.length, new Set(logged).size]).toEqual([300, 300]);
    expect(events.filter(({ message }) => message.includes('Invoke Error'))).toHaveLength(100);
  });

  it('the canary runs the whole path and leaves no trace', async () => {
    const canary = { name: '$canary', revision: 'canary', config: { timeoutMs: 1_000 } } as Parameters<
      TestRunner['call']
    >[0];
    expect(await runner.call(canary, {}, { kind: 'canary' })).toMatchObject({ name: 'ok', body: { canary: true } });
    expect(runner.registry.render()).not.toContain('$canary');
    expect((await runner.logs('$canary')).events).toEqual([]);
  });

  it('the status names each host with its pid, and the heartbeat carries it', async () => {
    await untilWhole(runner);
    expect(hostPids(runner, 'shared')).toHaveLength(2);
    for (const pid of hostPids(runner, 'shared')) expect(process.kill(pid, 0)).toBe(true);
    expect(runner.runner.notReadyBecause()).toEqual([]);
  });
});

describe('load', () => {
  it('a handler that burns the processor is spread over the hosts, and 64 callers wait 64 × its time / hosts', async () => {
    const burner = await runner.upload(
      'burner',
      'export const handler = async () => { const end = Date.now() + 50; while (Date.now() < end); return 1; };',
      { timeoutMs: 10_000 },
    );
    await runner.call(burner);
    const startedAtMs = performance.now();
    const answers = await Promise.all(Array.from({ length: 64 }, () => runner.call(burner)));
    expect(answers.every(({ name }) => name === 'ok')).toBe(true);
    expect(performance.now() - startedAtMs).toBeLessThan(((64 * 50) / 2) * 1.3);
  });

  it('64 events of a handler that awaits a timer each run exactly once, together', async () => {
    const awaiting = await runner.upload(
      'awaiting',
      'export const handler = async (event: number) => { await new Promise((r) => setTimeout(r, 100)); return event; };',
    );
    const answers = await Promise.all(Array.from({ length: 64 }, (_, index) => runner.call(awaiting, index)));
    expect(answers.map(({ body }) => body)).toEqual(Array.from({ length: 64 }, (_, index) => index));
    expect(runner.metric('sluice_invocations_total{function="awaiting",outcome="ok"}')).toBe(64);
  });

  it('a function that throws on every call costs no host', async () => {
    const before = runner.runner.status().hostRestarts;
    const thrower = await runner.upload(
      'thrower',
      'export const handler = async () => { throw new Error("always"); };',
    );
    const answers = await Promise.all(Array.from({ length: 60 }, () => runner.call(thrower)));
    expect(answers.every(({ name }) => name === 'functionError')).toBe(true);
    expect(runner.runner.status().hostRestarts).toBe(before);
  });

  it('a function with more memory than a shared host may give lives in a host of its own', async () => {
    const large = await runner.upload('large', 'export const handler = async () => 1;', { memoryMb: 512 });
    expect((await runner.call(large)).name).toBe('ok');
    expect(hostPids(runner, 'solo')).toHaveLength(1);
  });
});
