import { readFileSync } from 'node:fs';
import { waitFor } from '@sluice/testing';
import { handlerBundle, TestHost } from './test-host';

const SLEEP = 'const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))';
const TIMEOUT_MS = 150;

/** Ticks of 10 ms the process has used. */
function cpuTicks(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

describe('a function that does not end', () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await TestHost.start();
  });
  afterAll(() => host.stop());

  it.each([
    ['loops', 'async () => { for (;;) {} }'],
    ['loops over allocations that V8 optimises', 'async () => { for (;;) new Array(1000).fill({}); }'],
    ['loops after an await', 'async () => { await sleep(5); for (;;) {} }'],
    ['loops in a timer', 'async () => { setTimeout(() => { for (;;) {} }, 1); await sleep(10_000); }'],
    ['loops in microtasks', 'async () => { for (;;) await null; }'],
    ['loops in microtasks after an await', 'async () => { await sleep(5); for (;;) await null; }'],
    ['catches and goes on', 'async () => { for (;;) { try { for (;;) {} } catch {} finally { for (;;) {} } } }'],
    ['returns a thenable that loops', 'async () => ({ then() { for (;;) {} } })'],
    ['has a result whose getter loops', 'async () => ({ get body() { for (;;) {} } })'],
    ['has a result whose toJSON loops', 'async () => { await sleep(5); return { toJSON() { for (;;) {} } }; }'],
    ['has a proxy as result whose traps loop', 'async () => new Proxy({}, { ownKeys() { for (;;) {} } })'],
    [
      'throws an error whose message loops',
      'async () => { throw { get message() { for (;;) {} }, get stack() { for (;;) {} } } }',
    ],
    ['prepares stack traces in a loop', 'async () => { Error.prepareStackTrace = () => { for (;;) {} }; null.x }'],
    [
      'logs an object whose class name loops',
      'async () => { console.log(new Proxy({}, { getPrototypeOf() { for (;;) {} } })) }',
    ],
    [
      'backtracks through a proxy',
      'async () => Array.prototype.lastIndexOf.call(new Proxy({ length: 2 ** 53 - 1 }, { has: () => false }), 1)',
    ],
    ['generates for ever', 'async () => { for (const x of (function* () { for (;;) yield 1 })()); }'],
    [
      'asks the host for random numbers for ever',
      'async () => { for (;;) try { crypto.getRandomValues(new Uint8Array(65536)) } catch {} }',
    ],
    ['never settles', 'async () => { await new Promise(() => {}); }'],
    ['sets timers for ever', 'async () => { for (;;) await sleep(0); }'],
    ['keeps an interval', 'async () => { setInterval(() => {}, 1); await new Promise(() => {}); }'],
  ])('is answered in time and stopped when it %s', async (_, handler) => {
    const handle = host.load(handlerBundle(handler, SLEEP));
    const heldUpMs = host.heldUpMs();
    const result = await host.invoke(handle, { timeoutMs: TIMEOUT_MS });
    expect(result).toMatchObject({ outcome: 'timeout', body: { errorType: 'Sandbox.Timedout' } });
    expect((result.body as { errorMessage: string }).errorMessage).toMatch(
      /^RequestId: request-\d+ Error: Task timed out after 0\.15 seconds$/,
    );
    expect(result.durationUs).toBeGreaterThanOrEqual(TIMEOUT_MS * 1_000);
    expect(result.durationUs).toBeLessThan((TIMEOUT_MS + 250 + host.heldUpMs() - heldUpMs) * 1_000);
    await waitFor(async () => (await host.status()).environments === 0);
    expect(host.faults).toEqual([]);
  });

  it('burns nothing once it is answered', async () => {
    await host.invoke(host.load(handlerBundle('async () => { await sleep(5); for (;;) {} }', SLEEP)), {
      timeoutMs: TIMEOUT_MS,
    });
    await waitFor(async () => (await host.status()).environments === 0);
    const before = cpuTicks(host.child.pid);
    // Ten round trips of the host while the isolate would be running.
    const other = host.load(handlerBundle('async () => { await sleep(30); return 1; }', SLEEP));
    for (let at = 0; at < 10; at++) await host.invoke(other);
    expect(cpuTicks(host.child.pid) - before).toBeLessThan(20);
  });

  it.each([
    ['goes on in microtasks after it answered', 'async () => { (async () => { for (;;) await null; })(); return 1; }'],
    [
      'rejects with an error nobody reads whose message loops',
      'async () => { Promise.reject({ get message() { for (;;) {} } }); return 1; }',
    ],
  ])('gives the processor back soon after the answer when it %s', async (_, handler) => {
    const handle = host.load(handlerBundle(handler));
    expect(await host.invoke(handle, { timeoutMs: 60_000 })).toMatchObject({ outcome: 'ok', body: 1 });
    const heldUpMs = host.heldUpMs();
    const answeredAtMs = performance.now();
    expect((await host.status()).running).toBe(1);
    await waitFor(async () => (await host.status()).running === 0);
    expect(performance.now() - answeredAtMs).toBeLessThan(1_000 + host.heldUpMs() - heldUpMs);
    expect(host.faults).toEqual([]);
  });

  it('is stopped when its running time is used up, however long its timeout', async () => {
    const handle = host.load(handlerBundle('async () => { for (;;) {} }'), { cpuMs: 100 });
    const heldUpMs = host.heldUpMs();
    const result = await host.invoke(handle, { timeoutMs: 60_000 });
    expect(result).toMatchObject({ outcome: 'cpuTimeout', body: { errorType: 'Sandbox.CpuTimedout' } });
    expect(result.durationUs).toBeLessThan((500 + host.heldUpMs() - heldUpMs) * 1_000);
  });

  it('is not charged for waiting', async () => {
    const handle = host.load(handlerBundle('async () => { await sleep(200); return 1; }', SLEEP), { cpuMs: 50 });
    const result = await host.invoke(handle);
    expect(result.outcome).toBe('ok');
    expect(result.cpuUs).toBeLessThan(50_000);
    expect(result.durationUs).toBeGreaterThan(190_000);
  });

  it('gets no more from a linear regular expression than its answer', async () => {
    const handle = host.load(handlerBundle(`async () => /^(a+)+$/.test('a'.repeat(40) + '!')`));
    expect(await host.invoke(handle)).toMatchObject({ outcome: 'ok', body: false });
  });

  it('leaves the next call of the same function a fresh environment', async () => {
    const handle = host.load(
      handlerBundle('async (event) => { if (event.loop) for (;;) {} return ++calls; }', 'let calls = 0'),
    );
    expect(await host.invoke(handle)).toMatchObject({ body: 1 });
    expect(await host.invoke(handle, { event: { loop: true }, timeoutMs: TIMEOUT_MS })).toMatchObject({
      outcome: 'timeout',
    });
    expect(await host.invoke(handle)).toMatchObject({ outcome: 'ok', body: 1 });
  });
});

describe('a thread that nothing stops', () => {
  const NATIVE_LOOP = 'async () => Array.prototype.sort.call({ length: 2 ** 32 - 1, 0: 2, 5: 1 }, (a, b) => a - b)';

  it('is answered in time and named, and the rest of the host takes nothing new but finishes', async () => {
    const host = await TestHost.start({ runningSlots: 4 });
    try {
      const sleeper = host.load(handlerBundle('async () => { await sleep(600); return "finished"; }', SLEEP), {
        functionName: 'sleeper',
      });
      await host.invoke(sleeper);
      const running = host.invoke(sleeper);
      const hostile = host.load(handlerBundle(NATIVE_LOOP), { functionName: 'hostile' });
      const heldUpMs = host.heldUpMs();
      const result = await host.invoke(hostile, { timeoutMs: TIMEOUT_MS });
      expect(result.outcome).toBe('timeout');
      expect(result.durationUs).toBeLessThan((TIMEOUT_MS + 250 + host.heldUpMs() - heldUpMs) * 1_000);
      expect(await host.fault()).toMatchObject({ handle: hostile, fault: { reason: 'stuck' } });
      expect(await host.invoke(sleeper)).toMatchObject({ outcome: 'notStarted' });
      expect(await running).toMatchObject({ outcome: 'ok', body: 'finished' });
    } finally {
      await host.stop();
    }
  });
});
