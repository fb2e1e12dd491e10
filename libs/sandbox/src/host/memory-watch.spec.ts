import { readFileSync } from 'node:fs';
import { waitFor } from '@sluice/testing';
import { handlerBundle, TestHost } from './test-host';

function residentMb(pid: number | undefined): number {
  return (Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4_096) / 1_048_576;
}

describe('a function that takes memory', () => {
  let host: TestHost;
  let neighbour: number;
  beforeEach(async () => {
    host = await TestHost.start();
    neighbour = host.load(handlerBundle('async () => "well"'), { functionName: 'neighbour' });
    await host.invoke(neighbour);
  });
  afterEach(() => host.stop());

  it.each([
    ['keeps objects', 'async () => { const kept = []; for (;;) kept.push({ a: [1, 2, 3] }); }'],
    [
      'keeps strings',
      'async () => { const kept = []; for (let i = 0; ; i++) kept.push(JSON.parse(JSON.stringify("x".repeat(65536) + i))); }',
    ],
    [
      'keeps promises',
      'async () => { const kept = []; for (;;) { kept.push(new Promise(() => {})); if (kept.length % 1000 === 0) await null; } }',
    ],
    [
      'fills the microtask queue',
      'async () => { const done = Promise.resolve(), f = () => {}; for (;;) done.then(f); }',
    ],
    ['keeps a set', 'async () => { const kept = new Set(); for (;;) kept.add({}); }'],
    ['keeps big integers', 'async () => { const kept = []; for (let i = 1n; ; i++) kept.push((1n << 2000000n) + i); }'],
    ['throws a message of 128 MiB', 'async () => { throw new Error("z".repeat(2 ** 27)); }'],
  ])('is answered out of memory and alone ends when it %s', async (_, handler) => {
    // Filling the memory is work; on busy processors it takes its time.
    const handle = host.load(handlerBundle(handler), { memoryMb: 32 });
    const result = await host.invoke(handle, { timeoutMs: 25_000 });
    expect(result).toMatchObject({ outcome: 'outOfMemory', body: { errorType: 'Runtime.OutOfMemory' } });
    expect(await host.invoke(neighbour)).toMatchObject({ outcome: 'ok', initUs: 0 });
    expect(host.faults).toEqual([]);
  });

  it.each([
    ['one buffer of 8 GiB', 'new ArrayBuffer(2 ** 33)'],
    ['a resizable buffer', 'new ArrayBuffer(8, { maxByteLength: 2 ** 30 })'],
    ['a resizable buffer through a subclass', 'new (class extends ArrayBuffer {})(8, { maxByteLength: 2 ** 30 })'],
    [
      'a resizable buffer through a constructor it finds',
      'new (new Uint8Array(8).buffer.constructor)(8, { maxByteLength: 2 ** 30 })',
    ],
    [
      'a resizable buffer through Reflect',
      'Reflect.construct(Object.getPrototypeOf(class extends ArrayBuffer {}), [8, { maxByteLength: 2 ** 30 }])',
    ],
    ['a shared buffer', 'new SharedArrayBuffer(8)'],
    ['WebAssembly memory', 'new WebAssembly.Memory({ initial: 1 })'],
    ['typed arrays without end', '(() => { const kept = []; for (;;) kept.push(new Uint8Array(2 << 20).fill(1)); })()'],
    [
      'transferred copies without end',
      '(() => { const kept = []; for (;;) kept.push(new ArrayBuffer(1 << 20).transfer(4 << 20)); })()',
    ],
  ])('gets an error of its own for %s', async (_, expression) => {
    const handle = host.load(handlerBundle(`async () => { ${expression}; return "got it"; }`), { memoryMb: 32 });
    const result = await host.invoke(handle, { timeoutMs: 25_000 });
    expect(['functionError', 'outOfMemory']).toContain(result.outcome);
    expect(await host.invoke(neighbour)).toMatchObject({ outcome: 'ok' });
    expect(residentMb(host.child.pid)).toBeLessThan(400);
  });

  it.each([
    ['a rope of 256 MiB', '({ body: "x".repeat(2 ** 28) })'],
    ['a two-byte text of 512 MiB', '"\\u4e2d".repeat(2 ** 28)'],
    [
      'a hundred thousand times the same MiB',
      '(() => { const text = "x".repeat(2 ** 20); return new Array(100000).fill(text); })()',
    ],
    ['an array of four billion holes', '(() => { const a = []; a[2 ** 32 - 2] = 1; return a; })()'],
    ['a text that escapes to six times its length', '"\\u0001".repeat(2 ** 21)'],
    ['six million two-byte characters', '"\\u00e9".repeat(6000000)'],
  ])('is refused as too large without copying %s', async (_, expression) => {
    const before = residentMb(host.child.pid);
    const result = await host.invoke(host.load(handlerBundle(`async () => ${expression}`)), { timeoutMs: 5_000 });
    expect(result).toMatchObject({ outcome: 'responseTooLarge', body: { errorType: 'Function.ResponseSizeTooLarge' } });
    expect(residentMb(host.child.pid) - before).toBeLessThan(120);
  });

  it('may answer with exactly 6,291,556 bytes', async () => {
    const handle = host.load(handlerBundle('async (event) => "x".repeat(event.length)'), { memoryMb: 128 });
    expect((await host.invoke(handle, { event: { length: 6_291_554 } })).text.length).toBe(6_291_556);
    expect(await host.invoke(handle, { event: { length: 6_291_555 } })).toMatchObject({ outcome: 'responseTooLarge' });
  });

  it('has its log cut at 1,000 lines, a line at 8 KiB, and is told', async () => {
    const lines = await host.invoke(
      host.load(handlerBundle('async () => { for (let i = 0; i < 5000; i++) console.log(i); }')),
    );
    expect(lines.logs).toHaveLength(1_001);
    expect(lines.logs.at(-1)).toMatchObject([expect.any(Number), 'WARN', expect.stringContaining('log truncated')]);
    const long = await host.invoke(host.load(handlerBundle('async () => { console.log("\\u4e2d".repeat(2 ** 20)); }')));
    expect(Buffer.byteLength(long.logs[0]?.[2] ?? '')).toBeLessThanOrEqual(8_192);
    expect(Buffer.byteLength(long.logs[0]?.[2] ?? '')).toBeGreaterThan(8_000);
    const bytes = await host.invoke(
      host.load(handlerBundle('async () => { for (let i = 0; i < 900; i++) console.log("y".repeat(8000)); }')),
    );
    expect(Buffer.byteLength(JSON.stringify(bytes.logs))).toBeLessThan(300 * 1_024);
  });

  it('cannot hold the loop of the host with logs or timers', async () => {
    const flood = host.load(
      handlerBundle(
        'async () => { for (let i = 0; i < 100000; i++) { console.log(i); const t = setTimeout(() => {}, 100000 - i); clearTimeout(t); } return 1; }',
      ),
    );
    await host.invoke(flood);
    const heldUpMs = host.heldUpMs();
    const running = host.invoke(flood, { timeoutMs: 5_000 });
    const answers = [];
    for (let at = 0; at < 20; at++) answers.push((await host.invoke(neighbour)).answeredAfterMs);
    const heldUpForMs = host.heldUpMs() - heldUpMs;
    await running;
    expect(Math.max(...answers)).toBeLessThan(150 + heldUpForMs);
  });

  it('gets an error past 1,000 timers at once', async () => {
    const result = await host.invoke(
      host.load(handlerBundle('async () => { for (let i = 0; i < 100000; i++) setTimeout(() => {}, 1); }')),
    );
    expect(result).toMatchObject({
      outcome: 'functionError',
      body: { errorMessage: 'More than 1000 timers at the same time' },
    });
  });

  it('gets an error past 1,000 host calls in one invocation', async () => {
    const handle = host.load(
      handlerBundle('async () => { for (let i = 0; i < 1001; i++) crypto.getRandomValues(new Uint8Array(65536)); }'),
    );
    expect(await host.invoke(handle, { timeoutMs: 25_000 })).toMatchObject({
      outcome: 'functionError',
      body: { errorMessage: 'More than 1000 host calls in one invocation' },
    });
    expect(await host.invoke(handle, { timeoutMs: 25_000 })).toMatchObject({ initUs: 0 });
  });
});

describe('what the engine cannot survive', () => {
  it('costs the host, which says whose fault it was and answers everybody first', async () => {
    const host = await TestHost.start();
    try {
      const hostile = host.load(
        handlerBundle('async () => { const names = {}; for (let i = 0; ; i++) names["k" + i] = i; }'),
        { functionName: 'hostile' },
      );
      expect(await host.invoke(hostile, { timeoutMs: 25_000 })).toMatchObject({ outcome: 'outOfMemory' });
      expect(await host.fault()).toMatchObject({ handle: hostile, fault: { reason: 'catastrophic' } });
      expect(await host.invoke(hostile)).toMatchObject({ outcome: 'notStarted' });
    } finally {
      await host.stop();
    }
  });

  it('a host over its memory names the function that alone was running', async () => {
    const host = await TestHost.start({ rssMb: 300 });
    try {
      const hostile = host.load(
        handlerBundle(
          'async () => { const a = new Array(2 ** 25 - 1).fill({}); const b = a.concat(a, a, a); return b.length; }',
        ),
        { functionName: 'hostile' },
      );
      expect(await host.invoke(hostile, { timeoutMs: 25_000 })).toMatchObject({ outcome: 'outOfMemory' });
      expect(await host.fault()).toMatchObject({ handle: hostile, fault: { reason: 'memory' } });
    } finally {
      await host.stop();
    }
  });

  it('a host that is filling up lets idle environments go, the least recently used first', async () => {
    const host = await TestHost.start({ rssMb: 150 });
    try {
      const handles = Array.from({ length: 20 }, (_, at) =>
        host.load(handlerBundle('async () => 1', `const kept = new Uint8Array(1 << 20).fill(1)`), {
          functionName: `f${at}`,
        }),
      );
      for (const handle of handles) {
        const { outcome } = await host.invoke(handle, { waitMs: 20_000 });
        expect(outcome).toBe('ok');
      }
      await waitFor(async () => (await host.status()).environments < 20);
      expect(host.faults).toEqual([]);
    } finally {
      await host.stop();
    }
  });
});
