import { waitFor } from '@sluice/testing';
import { bundleOf, handlerBundle, TestHost } from './test-host';

const SLEEP = 'const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))';

describe('the environments of a host', () => {
  let host: TestHost;
  beforeEach(async () => {
    host = await TestHost.start();
  });
  afterEach(() => host.stop());

  const many = (
    count: number,
    handle: number,
    options: (at: number) => Parameters<TestHost['invoke']>[1] = () => ({}),
  ) => Promise.all(Array.from({ length: count }, (_, at) => host.invoke(handle, options(at))));

  /** Every start of a handler leaves a line, so a second start of the same event shows. */
  const startsOf = (results: readonly { logs: readonly (readonly [number, string, string])[] }[]) =>
    results.flatMap(({ logs }) => logs.map(([, , message]) => message));

  it('reuses a warm environment', async () => {
    const handle = host.load(handlerBundle('async () => ++calls', 'let calls = 0'));
    expect((await host.invoke(handle)).initUs).toBeGreaterThan(0);
    expect(await host.invoke(handle)).toMatchObject({ body: 2, initUs: 0 });
    expect(await host.status()).toMatchObject({ environments: 1, idleEnvironments: 1, coldStarts: 1 });
  });

  it('runs each of 640 fast events exactly once, in few environments', async () => {
    const handle = host.load(handlerBundle('async (event) => { console.log("start " + event.at); return event.at; }'));
    await host.invoke(handle, { event: { at: 'warm' } });
    const results = await many(640, handle, (at) => ({ event: { at } }));
    expect(results.map(({ body }) => body)).toEqual(Array.from({ length: 640 }, (_, at) => at));
    expect(startsOf(results)).toEqual(results.map((_, at) => `start ${at}`));
    expect((await host.status()).environments).toBeLessThanOrEqual(2);
  });

  it('runs each of 64 events of a handler that waits for a timer exactly once', async () => {
    const handle = host.load(
      handlerBundle('async (event) => { console.log("start " + event.at); await sleep(20); return event.at; }', SLEEP),
    );
    const results = await many(64, handle, (at) => ({ event: { at } }));
    expect(results.every(({ outcome }) => outcome === 'ok')).toBe(true);
    expect(startsOf(results).sort()).toEqual(results.map((_, at) => `start ${at}`).sort());
  });

  it('events handed out behind one that starts to wait run elsewhere, exactly once', async () => {
    // Fast at first, so that a whole list enters with one call; then every tenth waits.
    const handle = host.load(
      handlerBundle(
        'async (event) => { console.log("start " + event.at); if (event.at % 10 === 5) await sleep(30); return event.at; }',
        SLEEP,
      ),
    );
    for (let warm = 0; warm < 300; warm++) await host.invoke(handle, { event: { at: 0 } });
    const results = await many(100, handle, (at) => ({ event: { at } }));
    expect(results.map(({ body }) => body)).toEqual(results.map((_, at) => at));
    expect(startsOf(results).sort()).toEqual(results.map((_, at) => `start ${at}`).sort());
  });

  it('results of a list are delivered although a later event of it never returns, and those behind it run elsewhere once', async () => {
    const handle = host.load(
      handlerBundle(
        'async (event) => { console.log("start " + event.at); if (event.at === 20) for (;;) {} return event.at; }',
      ),
    );
    for (let warm = 0; warm < 300; warm++) await host.invoke(handle, { event: { at: 0 } });
    const heldUpBeforeMs = host.heldUpMs();
    const startedAtMs = performance.now();
    const results = await many(40, handle, (at) => ({ event: { at }, timeoutMs: 400 }));
    const tookMs = performance.now() - startedAtMs;
    const heldUpMs = host.heldUpMs() - heldUpBeforeMs;
    results.forEach((result, at) => {
      if (at === 20) expect(result.outcome).toBe('timeout');
      else expect(result).toMatchObject({ outcome: 'ok', body: at });
      if (at < 20) expect(result.answeredAfterMs).toBeLessThan(300 + heldUpMs);
    });
    expect(startsOf(results).sort()).toEqual(results.map((_, at) => `start ${at}`).sort());
    expect(tookMs).toBeLessThan(1_500 + heldUpMs);
  });

  it('results and log lines of every size and script come back whole, each to its own event', async () => {
    const handle = host.load(
      handlerBundle(
        `async ({ at }) => {
          if (at < 0) return;
          const text = [String(at), 'ü' + at, '\u{1f600}' + at, at + 'x'.repeat(5_000)][at % 4];
          console.log(at); console.warn(text); console.error('\u{1f600}'); return text;
        }`,
      ),
    );
    for (let warm = 0; warm < 300; warm++) await host.invoke(handle, { event: { at: -1 } });
    const results = await many(120, handle, (at) => ({ event: { at } }));
    results.forEach((result, at) => {
      const text = [String(at), `ü${at}`, `\u{1f600}${at}`, `${at}${'x'.repeat(5_000)}`][at % 4];
      expect(result).toMatchObject({ outcome: 'ok', body: text });
      expect(result.logs.map(([, , message]) => message)).toEqual([String(at), text, '\u{1f600}']);
    });
    expect((await host.status()).environments).toBe(1);
  });

  it('events behind one that runs out of memory run elsewhere once', async () => {
    const handle = host.load(
      handlerBundle(
        'async (event) => { console.log("start " + event.at); if (event.at === 5) { const kept = []; for (;;) kept.push({ a: [1, 2, 3] }); } return event.at; }',
      ),
      { memoryMb: 32 },
    );
    for (let warm = 0; warm < 300; warm++) await host.invoke(handle, { event: { at: 0 } });
    const results = await many(20, handle, (at) => ({ event: { at }, timeoutMs: 5_000 }));
    expect(results.map(({ outcome }, at) => [at, outcome])).toEqual(
      results.map((_, at) => [at, at === 5 ? 'outOfMemory' : 'ok']),
    );
    expect(startsOf(results).sort()).toEqual(results.map((_, at) => `start ${at}`).sort());
  });

  it('callers that wait on the processor do not multiply environments', async () => {
    const handle = host.load(
      handlerBundle('async () => { const end = Date.now() + 10; while (Date.now() < end); return 1; }'),
    );
    const results = await many(16, handle);
    expect(results.every(({ outcome }) => outcome === 'ok')).toBe(true);
    expect((await host.status()).coldStarts).toBeLessThanOrEqual(2);
  });

  it('a function that hogs the processor leaves places to others', async () => {
    const hog = host.load(handlerBundle('async () => { for (;;) {} }'), { functionName: 'hog' });
    const quick = host.load(handlerBundle('async () => 1'), { functionName: 'quick' });
    await host.invoke(quick);
    const heldUpMs = host.heldUpMs();
    const hogs = many(8, hog, () => ({ timeoutMs: 400, waitMs: 60_000 }));
    const answers = [];
    for (let at = 0; at < 20; at++) answers.push(await host.invoke(quick));
    expect(answers.every(({ outcome }) => outcome === 'ok')).toBe(true);
    expect(Math.max(...answers.map(({ answeredAfterMs }) => answeredAfterMs))).toBeLessThan(
      250 + host.heldUpMs() - heldUpMs,
    );
    void hogs;
  });

  it('at most maxConcurrency run at once; the others wait in order until their time', async () => {
    const handle = host.load(
      handlerBundle('async () => { const at = Date.now(); await sleep(100); return [at, Date.now()]; }', SLEEP),
      { maxConcurrency: 2 },
    );
    const results = await many(4, handle);
    const spans = results.map(({ body }) => body as [number, number]);
    for (const [from] of spans)
      expect(spans.filter(([start, end]) => start <= from && from < end).length).toBeLessThanOrEqual(2);
    const heldUpMs = host.heldUpMs();
    const late = await many(5, handle, (at) => ({ waitMs: at < 2 ? 5_000 : 40 }));
    expect(late.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'waitTimeout', 'waitTimeout', 'waitTimeout']);
    expect(late[2]?.answeredAfterMs).toBeLessThan(90 + host.heldUpMs() - heldUpMs);
  });

  it('with concurrency, waiting invocations share an environment and keep their own timeouts', async () => {
    const handle = host.load(
      handlerBundle('async (event) => { open++; await sleep(event.ms); return open; }', `${SLEEP}; let open = 0`),
      { concurrency: 10, maxConcurrency: 10 },
    );
    await host.invoke(handle, { event: { ms: 1 } });
    const [long, ...short] = await many(5, handle, (at) => ({
      event: { ms: at === 0 ? 5_000 : 60 },
      timeoutMs: at === 0 ? 100 : 3_000,
    }));
    expect(long?.outcome).toBe('timeout');
    expect(short.every(({ outcome }) => outcome === 'ok')).toBe(true);
    expect(short.at(-1)?.body).toBeGreaterThanOrEqual(4);
    expect((await host.status()).coldStarts).toBe(1);
  });

  it('drops a cancelled invocation that has not started, and lets a started one run on', async () => {
    const handle = host.load(handlerBundle('async () => { await sleep(80); return "ran"; }', SLEEP), {
      maxConcurrency: 1,
    });
    await host.invoke(handle);
    const started = host.send(handle);
    const waiting = host.send(handle);
    host.cancel(waiting.id);
    expect(await waiting.result).toMatchObject({ outcome: 'cancelled' });
    host.cancel(started.id);
    expect(await started.result).toMatchObject({ outcome: 'ok', body: 'ran' });
  });

  it('a draining host gives back what has not started and finishes the rest', async () => {
    const handle = host.load(handlerBundle('async () => { await sleep(80); return "ran"; }', SLEEP), {
      maxConcurrency: 1,
    });
    await host.invoke(handle);
    const calls = [host.invoke(handle), host.invoke(handle)];
    await waitFor(async () => (await host.status()).waiting === 1);
    host.drain();
    expect((await Promise.all(calls)).map(({ outcome }) => outcome)).toEqual(['ok', 'notStarted']);
    expect(await host.invoke(handle)).toMatchObject({ outcome: 'notStarted' });
  });

  it('an unloaded revision keeps no environment', async () => {
    const handle = host.load(handlerBundle('async () => 1'));
    await host.invoke(handle);
    host.unload(handle);
    expect((await host.status()).environments).toBe(0);
  });

  it('each environment has the heap limit of its own function, also when an isolate was ready for another', async () => {
    const keep30Mb =
      'async () => { const kept = []; for (let i = 0; i < 30; i++) kept.push(new Array(131072).fill(i)); return kept.length; }';
    for (const [memoryMb, outcome] of [
      [64, 'ok'],
      [16, 'outOfMemory'],
      [64, 'ok'],
      [16, 'outOfMemory'],
    ] as const) {
      expect((await host.invoke(host.load(handlerBundle(keep30Mb), { memoryMb }))).outcome).toBe(outcome);
      // Long enough for the host to get an isolate of this limit ready.
      await host.invoke(host.load(handlerBundle('async () => { await sleep(60); }', SLEEP), { memoryMb }));
      await host.invoke(host.load(handlerBundle('async () => { await sleep(60); }', SLEEP), { memoryMb }));
    }
  });

  it('revisions never see one another', async () => {
    const writer = host.load(
      handlerBundle('async () => { globalThis.secret = 1; Object.prototype.polluted = 1; return 1; }'),
    );
    const reader = host.load(handlerBundle('async () => [typeof globalThis.secret, typeof {}.polluted]'));
    await host.invoke(writer);
    expect((await host.invoke(reader)).body).toEqual(['undefined', 'undefined']);
  });

  it('runs the same without a snapshot', async () => {
    const plain = await TestHost.start({ snapshot: false });
    try {
      const handle = plain.load(bundleOf('return { handler: async () => new URL("/a b", "http://x").href };'));
      expect(await plain.invoke(handle)).toMatchObject({ outcome: 'ok', body: 'http://x/a%20b' });
    } finally {
      await plain.stop();
    }
  });

  it('ends itself when its channel closes', async () => {
    const exited = new Promise((resolve) => host.child.once('exit', (_code, signal) => resolve(signal)));
    host.child.stdio[3]?.destroy();
    expect(await exited).toBe('SIGKILL');
  });
});

it('disposes environments that have been idle for long', async () => {
  const host = await TestHost.start({ idleMs: 100 });
  try {
    await host.invoke(host.load(handlerBundle('async () => 1')));
    await waitFor(async () => (await host.status()).environments === 0);
  } finally {
    await host.stop();
  }
});
