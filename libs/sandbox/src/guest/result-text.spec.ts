import { handlerBundle, TestHost } from '../host/test-host';

/** Values whose JSON must be what `JSON.stringify` makes of them in Node. */
const SAME_AS_JSON = [
  '({ statusCode: 200, headers: { "content-type": "text/plain" }, body: "x" })',
  '[1, "two", null, undefined, [], {}, [undefined], { a: undefined }]',
  '({ nan: NaN, inf: -Infinity, zero: -0, big: 1e300, small: 1e-7 })',
  '({ date: new Date(0), bad: new Date(NaN), map: new Map([[1, 2]]), set: new Set([1]), re: /x/g, error: new Error("x") })',
  '({ boxed: [new Number(1), new String("s"), new Boolean(false), Object(Symbol("x"))] })',
  '({ f() {}, s: Symbol("x"), [Symbol("k")]: 1, nested: [() => 1, Symbol("y")] })',
  '({ toJSON() { return { replaced: true }; } })',
  '({ deep: { toJSON(key) { return "key is " + key; } } })',
  '({ list: [{ toJSON: (key) => key }, { toJSON: (key) => key }] })',
  '"\\u2028 \\ud800 \\udc00\\ud83d \\ud83d\\ude00 \\" \\\\ \\n\\u0001"',
  'new Uint8Array([1, 2, 3])',
  'Object.create({ inherited: 1 }, { hidden: { value: 1 }, seen: { value: 2, enumerable: true } })',
  'JSON.parse(\'{"__proto__": {"a": 1}, "constructor": 2, "toJSON": 3, "10": 1, "2": 2, "b": 3}\')',
  'new (class Point { constructor() { this.x = 1; } get y() { return 2; } })()',
  'Object.assign([1, 2], { extra: 3 })',
  'new Proxy({ a: 1, b: [2] }, {})',
  '(function () { return arguments; })(1, "a")',
  'null',
  'true',
  '0',
  '""',
] as const;

describe('the text of a result', () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await TestHost.start();
  });
  afterAll(() => host.stop());

  const call = (expression: string) => host.invoke(host.load(handlerBundle(`async () => (${expression})`)));

  it.each(SAME_AS_JSON)('is what JSON.stringify writes: %s', async (expression) => {
    const expected = JSON.stringify((0, eval)(`(${expression})`));
    expect(await call(expression)).toMatchObject({ outcome: 'ok', text: expected });
  });

  it.each([
    ['a function', '() => 1', 'a function has no JSON form'],
    ['a symbol', 'Symbol("x")', 'a symbol has no JSON form'],
    ['a BigInt', '({ body: 10n })', 'Do not know how to serialize a BigInt'],
    ['a cycle', '(() => { const a = {}; a.b = [a]; return a; })()', 'Converting circular structure to JSON'],
    [
      '100,000 levels',
      '(() => { const top = {}; let o = top; for (let i = 0; i < 100000; i++) o = o.a = {}; return top; })()',
      'nested deeper than 1000 levels',
    ],
    ['a getter that throws', '({ get a() { throw new Error("mine"); } })', 'mine'],
  ])('is refused with the reason: %s', async (_, expression, reason) => {
    const result = await call(expression);
    expect(result).toMatchObject({
      outcome: 'responseMalformed',
      body: { errorType: 'Runtime.MarshalError', errorMessage: `Unable to stringify response body as json: ${reason}` },
    });
  });

  it('reads each property once', async () => {
    const result = await call(
      '(() => { let reads = 0; return { get size() { reads++; return reads === 1 ? "small" : "x".repeat(2 ** 27); }, get reads() { return reads; } }; })()',
    );
    expect(result.body).toEqual({ size: 'small', reads: 1 });
  });

  it('may use BigInt.prototype.toJSON, as libraries do', async () => {
    const handle = host.load(
      handlerBundle('async () => ({ n: 10n })', 'BigInt.prototype.toJSON = function () { return String(this); }'),
    );
    expect((await host.invoke(handle)).body).toEqual({ n: '10' });
  });
});
