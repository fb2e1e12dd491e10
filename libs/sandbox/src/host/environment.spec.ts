import { bundleOf, handlerBundle, TestHost } from './test-host';

const SLEEP = 'const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))';

describe('an invocation in an environment', () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await TestHost.start();
  });
  afterAll(() => host.stop());

  const call = (handler: string, topLevel = '', options: Parameters<TestHost['invoke']>[1] = {}) =>
    host.invoke(host.load(handlerBundle(handler, topLevel)), options);

  it('answers with the JSON of what an async handler resolves to', async () => {
    const result = await call('async (event) => ({ statusCode: 200, body: event.name })', '', {
      event: { name: 'Ada' },
    });
    expect(result).toMatchObject({ outcome: 'ok', text: '{"statusCode":200,"body":"Ada"}' });
    expect(result.initUs).toBeGreaterThan(0);
    expect(result.durationUs).toBeGreaterThan(0);
  });

  it('answers with what a handler returns that is no promise', async () => {
    expect(await call('() => ({ plain: true })')).toMatchObject({ outcome: 'ok', body: { plain: true } });
  });

  it('answers null when nothing is returned', async () => {
    expect(await call('async () => {}')).toMatchObject({ outcome: 'ok', text: 'null' });
  });

  it('takes a function as default export', async () => {
    const handle = host.load(bundleOf('return { default: async () => "by default" };'));
    expect(await host.invoke(handle)).toMatchObject({ outcome: 'ok', body: 'by default' });
  });

  it('answers by callback, also after the handler returned', async () => {
    expect(await call('(event, context, callback) => { setTimeout(() => callback(null, "later"), 5); }')).toMatchObject(
      {
        outcome: 'ok',
        body: 'later',
      },
    );
    expect(await call('(event, context, callback) => callback(new TypeError("no"))')).toMatchObject({
      outcome: 'functionError',
      body: { errorType: 'TypeError', errorMessage: 'no' },
    });
  });

  it('holds a callback answer until timers are done, unless callbackWaitsForEmptyEventLoop is false', async () => {
    const waiting = await call(
      '(event, context, callback) => { setTimeout(() => console.log("timer ran"), 30); callback(null, 1); }',
    );
    expect(waiting.logs.map(([, , message]) => message)).toEqual(['timer ran']);
    const atOnce = await call(
      '(event, context, callback) => { context.callbackWaitsForEmptyEventLoop = false; setTimeout(() => console.log("timer ran"), 30); callback(null, 1); }',
    );
    expect(atOnce).toMatchObject({ outcome: 'ok', body: 1, logs: [] });
  });

  it('answers null for a callback handler that can never call back any more', async () => {
    const result = await call('(event, context, callback) => { setTimeout(() => {}, 5); }');
    expect(result).toMatchObject({ outcome: 'ok', text: 'null' });
    expect(result.answeredAfterMs).toBeLessThan(1_000);
  });

  it('gives the handler a fresh AWS context', async () => {
    const result = await call(
      `async (event, context) => ({
        id: context.awsRequestId, name: context.functionName, version: context.functionVersion, arn: context.invokedFunctionArn,
        memory: context.memoryLimitInMB, group: context.logGroupName, left: context.getRemainingTimeInMillis() })`,
      '',
      { requestId: 'the-id', timeoutMs: 2_000 },
    );
    expect(result.body).toMatchObject({
      id: 'the-id',
      name: 'test',
      version: '1',
      arn: 'arn:aws:lambda:local:000000000000:function:test',
      memory: '64',
      group: '/aws/lambda/test',
    });
    const { left } = result.body as { left: number };
    expect(left).toBeGreaterThan(1_500);
    expect(left).toBeLessThanOrEqual(2_000);
  });

  it('gives the handler its environment as process.env, and no process to anybody else', async () => {
    const handle = host.load(
      handlerBundle('async () => [process.env.GREETING, typeof globalThis.process, (0, eval)("typeof process")]'),
      { environment: { GREETING: 'hello' } },
    );
    expect((await host.invoke(handle)).body).toEqual(['hello', 'undefined', 'undefined']);
  });

  it("reports a thrown error with the function's own frames and keeps the environment", async () => {
    const handle = host.load(
      handlerBundle(
        'async () => { calls++; if (calls === 1) throw new RangeError("too far"); return calls; }',
        'let calls = 0',
      ),
    );
    const failed = await host.invoke(handle);
    expect(failed).toMatchObject({
      outcome: 'functionError',
      body: { errorType: 'RangeError', errorMessage: 'too far' },
    });
    const { trace } = failed.body as { trace: string[] };
    expect(trace[0]).toBe('RangeError: too far');
    expect(trace[1]).toMatch(/file:\/\/\/function\.js:\d+:\d+/);
    expect(trace.join()).not.toMatch(/sluice:guest|node:|\/dist\//);
    expect(await host.invoke(handle)).toMatchObject({ outcome: 'ok', body: 2, initUs: 0 });
  });

  it.each([
    ['null', 'null', { errorType: 'object', errorMessage: 'null' }],
    ['a string', '"gone"', { errorType: 'string', errorMessage: 'gone' }],
    ['a symbol', 'Symbol("x")', { errorType: 'symbol', errorMessage: 'Symbol(x)' }],
    [
      'an object whose getters throw',
      '({ get message() { throw 1 }, get stack() { throw 2 } })',
      { errorType: 'object' },
    ],
    [
      'an error whose name throws',
      'Object.assign(new Error("x"), { name: { toString() { throw 1 } } })',
      { errorType: 'Error' },
    ],
    ['a revoked proxy', '(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy })()', {}],
    ["the engine's own words", 'new Error("Script execution timed out.")', { errorType: 'Error' }],
  ])('is a function error when the handler throws %s', async (_, thrown, body) => {
    expect(await call(`async () => { throw ${thrown}; }`)).toMatchObject({ outcome: 'functionError', body });
  });

  it('fails with what a timer callback throws', async () => {
    expect(
      await call(
        'async () => { setTimeout(() => { throw new SyntaxError("in timer") }, 1); await new Promise(() => {}); }',
      ),
    ).toMatchObject({ outcome: 'functionError', body: { errorType: 'SyntaxError', errorMessage: 'in timer' } });
  });

  it('reads an event that is no JSON as an error of that invocation only', async () => {
    const handle = host.load(handlerBundle('async (event) => event'));
    expect(await host.invoke(handle, { eventText: '{"a":' })).toMatchObject({
      outcome: 'functionError',
      body: { errorType: 'Runtime.UnmarshalError' },
    });
    expect(await host.invoke(handle, { event: { a: 1 } })).toMatchObject({ outcome: 'ok', body: { a: 1 }, initUs: 0 });
  });

  it('carries log lines with the result, and lets late ones fall', async () => {
    const handle = host.load(
      handlerBundle(
        `async (event) => { if (event.second) { await sleep(30); return "second"; }
          console.log("one", { two: [2] }); console.error("three"); setTimeout(() => console.log("too late"), 5); return "first"; }`,
        SLEEP,
      ),
    );
    const first = await host.invoke(handle);
    expect(first.logs.map(([, level, message]) => [level, message])).toEqual([
      ['INFO', 'one { two: [ 2 ] }'],
      ['ERROR', 'three'],
    ]);
    expect(Math.abs((first.logs[0]?.[0] ?? 0) - Date.now())).toBeLessThan(5_000);
    expect((await host.invoke(handle, { event: { second: true } })).logs).toEqual([]);
  });

  it('keeps the log lines of an invocation that is stopped by its timeout', async () => {
    const result = await call('async () => { console.log("last words"); for (;;) {} }', '', { timeoutMs: 100 });
    expect(result.outcome).toBe('timeout');
    expect(result.logs.map(([, , message]) => message)).toEqual(['last words']);
  });

  it('gives the log lines of the top level to the first invocation', async () => {
    const handle = host.load(handlerBundle('async () => 1', 'console.log("loading")'));
    expect((await host.invoke(handle)).logs.map(([, , message]) => message)).toEqual(['loading']);
    expect((await host.invoke(handle)).logs).toEqual([]);
  });

  it('an unhandled rejection costs the environment, not an answer', async () => {
    const handle = host.load(
      handlerBundle(
        'async () => { calls++; if (calls === 1) Promise.reject(new Error("orphan")); await sleep(5); return calls; }',
        `${SLEEP}; let calls = 0`,
      ),
    );
    const first = await host.invoke(handle);
    expect(first).toMatchObject({ outcome: 'ok', body: 1 });
    expect(first.logs.map(([, , message]) => message).join()).toContain('Unhandled rejection: Error: orphan');
    const second = await host.invoke(handle);
    expect(second).toMatchObject({ outcome: 'ok', body: 1 });
    expect(second.initUs).toBeGreaterThan(0);
  });

  it('answers the error of a module that does not load, without loading it again at once', async () => {
    const handle = host.load(bundleOf('throw new ReferenceError("no such table");'));
    expect(await host.invoke(handle)).toMatchObject({
      outcome: 'initError',
      body: { errorType: 'ReferenceError', errorMessage: 'no such table' },
    });
    const { coldStarts } = await host.status();
    expect(await host.invoke(handle)).toMatchObject({ outcome: 'initError' });
    expect((await host.status()).coldStarts).toBe(coldStarts);
  });

  it('says so when it was not given the revision', async () => {
    expect(await host.invoke(99_999)).toMatchObject({ outcome: 'revisionMissing' });
  });
});
