import { handlerBundle, TestHost } from '../host/test-host';

describe('the console of a function', () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await TestHost.start();
  });
  afterAll(() => host.stop());

  const logged = async (statement: string): Promise<string[]> => {
    const { logs } = await host.invoke(host.load(handlerBundle(`async () => { ${statement} }`)));
    return logs.map(([, , message]) => message);
  };

  it.each([
    ["'a', 1, true, null, undefined, 10n, -0", 'a 1 true null undefined 10n -0'],
    ["{ a: 1, 'b-c': 'x', [Symbol('s')]: 1 }", "{ a: 1, 'b-c': 'x' }"],
    ['[1, [2, [3, [4, [5]]]]]', '[ 1, [ 2, [ 3, [Array] ] ] ]'],
    ['new Map([[1, { a: 2 }]]), new Set([1])', 'Map(1) { 1 => { a: 2 } } Set(1) { 1 }'],
    ['new (class Point { x = 1 })()', 'Point { x: 1 }'],
    ['Object.create(null)', '[Object: null prototype] {}'],
    ['(function named() {}), () => 1', '[Function: named] [Function (anonymous)]'],
    ['new Date(0), /x/g', '1970-01-01T00:00:00.000Z /x/g'],
    ['new Uint8Array([1, 2])', 'Uint8Array(2) [ 1, 2 ]'],
    [
      '{ get a() { throw 1 }, set b(x) {}, get c() { throw 1 }, set c(x) {} }',
      '{ a: [Getter], b: [Setter], c: [Getter/Setter] }',
    ],
    ['(() => { const a = {}; a.a = a; return a })()', '{ a: [Circular *] }'],
    [
      "'%s is %d years and %i, %j %% %c', 'Ada', 36.5, 36.5, { a: 1 }, 'css', 'rest'",
      'Ada is 36.5 years and 36, { a: 1 } %  rest',
    ],
    ["'100%', 'sure'", '100% sure'],
    ['[,1]', '[ <empty>, 1 ]'],
  ])('shows %s', async (values, text) => {
    expect(await logged(`console.log(${values})`)).toEqual([text]);
  });

  it('shows an error by its stack', async () => {
    expect((await logged('console.error(new TypeError("no"))'))[0]).toMatch(
      /^TypeError: no\n {4}at .*file:\/\/\/function\.js/,
    );
  });

  it('never throws, whatever it is given', async () => {
    expect(
      await logged(`
        const { proxy, revoke } = Proxy.revocable({}, {}); revoke();
        for (const value of [proxy, { [Symbol.toPrimitive]() { throw 1 } }, { get [Symbol.toStringTag]() { throw 1 } }, new Proxy({}, { ownKeys() { throw 1 } })]) console.log(value);
        console.log(Symbol('x')); console.log();`),
    ).toHaveLength(6);
  });

  it('has groups, counters, timers and assertions', async () => {
    expect(
      await logged(
        `console.group('g'); console.log('in'); console.groupEnd(); console.log('out'); console.count(); console.count('x'); console.count(); console.assert(true, 'no'); console.assert(false, 'yes'); console.time('t'); console.timeEnd('t');`,
      ),
    ).toEqual([
      'g',
      '  in',
      'out',
      'default: 1',
      'x: 1',
      'default: 2',
      'Assertion failed: yes',
      expect.stringMatching(/^t: \d+ms$/),
    ]);
  });

  it('names the level', async () => {
    const { logs } = await host.invoke(
      host.load(
        handlerBundle(
          'async () => { for (const level of ["log", "info", "warn", "error", "debug", "trace"]) console[level](level); }',
        ),
      ),
    );
    expect(logs.map(([, level]) => level)).toEqual(['INFO', 'INFO', 'WARN', 'ERROR', 'DEBUG', 'TRACE']);
  });
});
