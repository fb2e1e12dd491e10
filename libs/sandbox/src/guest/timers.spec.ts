import { handlerBundle, TestHost } from '../host/test-host';

const SLEEP = 'const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))';

describe('the timers of a function', () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await TestHost.start();
  });
  afterAll(() => host.stop());

  const call = async (body: string, topLevel = SLEEP): Promise<unknown> =>
    (await host.invoke(host.load(handlerBundle(`async () => { ${body} }`, topLevel)))).body;

  it('fire in the order they are due, with their arguments, microtasks between', async () => {
    expect(
      await call(`
        const order = [];
        setTimeout((...args) => order.push(args), 30, 'c', 3);
        setTimeout(() => { order.push('a'); Promise.resolve().then(() => order.push('a.micro')); }, 10);
        setTimeout(() => order.push('b'), 10);
        queueMicrotask(() => order.push('micro'));
        await sleep(60);
        return order;`),
    ).toEqual(['micro', 'a', 'a.micro', 'b', ['c', 3]]);
  });

  it('repeat until cleared, and are never early', async () => {
    const [ticks, elapsed] = (await call(`
      const start = Date.now(); let ticks = 0;
      await new Promise((resolve) => { const id = setInterval(() => { if (++ticks === 5) { clearInterval(id); resolve(); } }, 10); });
      const elapsed = Date.now() - start; await sleep(40); return [ticks, elapsed];`)) as [number, number];
    expect(ticks).toBe(5);
    expect(elapsed).toBeGreaterThanOrEqual(50);
  });

  it('can be cleared, also by a callback that is due at the same time', async () => {
    expect(
      await call(`
        const ran = []; let second;
        setTimeout(() => { ran.push(1); clearTimeout(second); }, 10);
        second = setTimeout(() => ran.push(2), 10);
        clearTimeout(setTimeout(() => ran.push(3), 5)); clearTimeout(undefined); clearTimeout('x'); clearTimeout({});
        await sleep(40); return ran;`),
    ).toEqual([1]);
  });

  it('an earlier one set later is not kept waiting', async () => {
    expect(
      await call(
        'const start = Date.now(); setTimeout(() => {}, 2000); await sleep(20); return Date.now() - start < 500;',
      ),
    ).toBe(true);
  });

  it('a thousand at once all fire', async () => {
    expect(
      await call(
        'let ran = 0; await Promise.all(Array.from({ length: 1000 }, (_, i) => sleep(i % 20).then(() => ran++))); return ran;',
      ),
    ).toBe(1_000);
  });

  it('die with their invocation', async () => {
    const handle = host.load(
      handlerBundle(
        'async (event) => { if (event.set) { setInterval(() => late++, 1); return late; } await sleep(40); return late; }',
        `${SLEEP}; let late = 0`,
      ),
    );
    await host.invoke(handle, { event: { set: true } });
    expect((await host.invoke(handle)).body).toBe(0);
  });

  it('of the top level run while an invocation does', async () => {
    const handle = host.load(
      handlerBundle(
        'async () => { await sleep(30); return ticks; }',
        `${SLEEP}; let ticks = 0; setInterval(() => ticks++, 5)`,
      ),
    );
    expect((await host.invoke(handle)).body).toBeGreaterThan(1);
    expect((await host.invoke(handle)).body).toBeGreaterThan(3);
  });

  it('of invocations that share an environment belong to each of them', async () => {
    const handle = host.load(
      handlerBundle(
        'async (event) => { await sleep(event.ms); console.log(event.ms); await sleep(event.ms); return event.ms; }',
        SLEEP,
      ),
      { concurrency: 10 },
    );
    await host.invoke(handle, { event: { ms: 1 } });
    const results = await Promise.all([40, 10, 30, 20].map((ms) => host.invoke(handle, { event: { ms } })));
    expect(results.map(({ body, logs }) => [body, logs.map(([, , message]) => message)])).toEqual(
      [40, 10, 30, 20].map((ms) => [ms, [String(ms)]]),
    );
  });
});
