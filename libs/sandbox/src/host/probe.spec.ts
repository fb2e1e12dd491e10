import { bundleOf, handlerBundle, TestHost } from './test-host';

describe('probing an upload', () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await TestHost.start();
  });
  afterAll(() => host.stop());

  it('says what kind of handler it has, and makes a code cache', async () => {
    const { result, codeCache } = await host.probe(
      handlerBundle('async () => 1', 'const end = Date.now() + 30; while (Date.now() < end);'),
    );
    expect(result).toMatchObject({ ok: true, handlerKind: 'lambda' });
    expect(result.ok && result.initMs).toBeGreaterThanOrEqual(29);
    expect(codeCache.length).toBeGreaterThan(100);
  });

  it('leaves nothing behind', async () => {
    await host.probe(handlerBundle('async () => 1'));
    expect((await host.status()).environments).toBe(0);
  });

  it('a code cache of this host is used by it', async () => {
    const code = handlerBundle('async () => answers(42)', 'function answers(value) { return value; }');
    const { codeCache } = await host.probe(code);
    expect(await host.invoke(host.load(code, {}, codeCache))).toMatchObject({ outcome: 'ok', body: 42 });
  });

  it('names the exports when there is no handler', async () => {
    const { result } = await host.probe(bundleOf('return { Handler: async () => 1, helper() {} };'));
    expect(result).toMatchObject({ ok: false, errorType: 'Runtime.HandlerNotFound', exports: ['Handler', 'helper'] });
    expect(!result.ok && result.message).toContain('Handler, helper');
  });

  it('says that fetch handlers are not supported yet', async () => {
    const { result } = await host.probe(bundleOf('return { default: { fetch() {} } };'));
    expect(!result.ok && result.message).toMatch(
      /^fetch handlers are not supported yet: export a Lambda-style handler/,
    );
  });

  it('reports what the top level throws, with the frames of the upload', async () => {
    const { result } = await host.probe(bundleOf('throw new TypeError("at load");'));
    expect(result).toMatchObject({ ok: false, errorType: 'TypeError', message: 'at load' });
    expect(!result.ok && result.stack).toMatch(/file:\/\/\/function\.js:3:7/);
  });

  it('reports a bundle that does not parse', async () => {
    const { result } = await host.probe('var __sluice_exports = {;');
    expect(result).toMatchObject({ ok: false, errorType: 'Runtime.UserCodeSyntaxError' });
  });

  it('stops a top level without end', async () => {
    // By itself: beside others it would run out of time before it runs out of memory.
    const memory = await host.probe(bundleOf('const kept = []; for (;;) kept.push({});'));
    const [time, getter] = await Promise.all([
      host.probe(bundleOf('for (;;) {}')),
      host.probe(bundleOf('throw { get message() { for (;;) {} }, get stack() { for (;;) {} } };')),
    ]);
    expect(memory.result).toMatchObject({ ok: false, errorType: 'Runtime.OutOfMemory' });
    expect(time.result).toMatchObject({ ok: false, errorType: 'Sandbox.Timedout' });
    expect(getter.result).toMatchObject({ ok: false, errorType: 'Sandbox.Timedout' });
    expect(host.faults).toEqual([]);
  });
});
