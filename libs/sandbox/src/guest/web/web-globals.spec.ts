import { bundleOf, TestHost } from '../../host/test-host';

/** Expressions whose value, or the name of the error they throw, must be the same in Node and in an isolate. */
const EXPRESSIONS = [
  'new URL("https://user:pa%20ss@EXAMPLE.com:8443/a/../b?q=1&q=2#frag").href',
  'new URL("../x?y", "http://h/a/b/c").href',
  'new URL("https://münchen.example/ü?ü=ü#ü").href',
  'new URL("http://xn--mnchen-3ya.example").hostname',
  'new URL("http://0x7f.1").hostname',
  'new URL("http://[::1]:80/").host',
  'new URL("file:///C|/x").href',
  'new URL("http://ex%41mple.com").hostname',
  'new URL("http://a b")',
  'new URL("/relative")',
  'new URL("http://xn--a")',
  'URL.canParse("http://x"), URL.canParse("x")',
  '(() => { const u = new URL("http://h/p"); u.search = "?a=b c"; u.hash = "é"; u.port = "81"; u.pathname = "/ü"; return [u.href, u.origin]; })()',
  '(() => { const u = new URL("http://h/?a=1"); u.searchParams.append("b", "c d&e"); u.searchParams.delete("a"); return u.href; })()',
  '[...new URLSearchParams("a=1&b=%20+x&a=2&c")]',
  'new URLSearchParams({ a: "ü", b: "1+1=2" }).toString()',
  'new URLSearchParams([["z", "1"], ["a", "2"]]).getAll("z")',
  '(() => { const p = new URLSearchParams("b=2&a=1"); p.sort(); return [String(p), p.size, p.has("a", "1")]; })()',
  'String(new URL("http://h").searchParams)',
  '[...new TextEncoder().encode("aé中\\ud83d\\ude00\\ud800")]',
  'new TextEncoder().encode().length',
  '(() => { const b = new Uint8Array(5); return [new TextEncoder().encodeInto("é中x", b), ...b]; })()',
  '(() => { const b = new Uint8Array(2); return [new TextEncoder().encodeInto("\\ud83d\\ude00", b), ...b]; })()',
  'new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0xc3, 0xa9]))',
  'new TextDecoder("utf-8", { ignoreBOM: true }).decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]))',
  'new TextDecoder().decode(new Uint8Array([0xf0, 0x9f, 0x98, 0x61, 0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0xe4, 0xb8]))',
  'new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array([0xff]))',
  '(() => { const d = new TextDecoder(); return [[0xf0, 0x9f], [0x98], [0x80, 0x41, 0xe4], []].map((b, i) => d.decode(new Uint8Array(b), { stream: i < 3 })); })()',
  '(() => { const d = new TextDecoder("utf-16le"); return [[0x61, 0, 0x3d], [0xd8, 0], [0xde]].map((b, i) => d.decode(new Uint8Array(b), { stream: i < 2 })); })()',
  'new TextDecoder("latin1").decode(new Uint8Array([0x80, 0x9f, 0xe9, 0x41]))',
  'new TextDecoder("  UTF8 ").encoding, new TextDecoder("ucs-2").encoding',
  'new TextDecoder("no such").encoding',
  'new TextDecoder().decode(new DataView(new Uint8Array([65, 66, 67]).buffer, 1))',
  'new TextDecoder().decode("text")',
  'btoa("\\xff\\x00a"), btoa("ab"), btoa("abc"), btoa("")',
  'btoa("中")',
  'atob(" Y W J j\\n"), atob("YQ"), atob("YQ=="), atob("YWI=")',
  'atob("YQ=")',
  'atob("a")',
  'atob("$$$$")',
  'atob("====")',
  'structuredClone({ a: [1, , 3], d: new Date(5), r: /x/gi, m: new Map([[{ k: 1 }, new Set([2])]]), u: undefined, n: null, b: 10n })',
  '(() => { const a = { n: 1 }; a.self = a; const c = structuredClone(a); return [c !== a, c.self === c]; })()',
  '(() => { const e = structuredClone(new RangeError("x", { cause: 1 })); return [e instanceof RangeError, e.name, e.message, e.cause]; })()',
  '(() => { const b = new ArrayBuffer(4); const c = structuredClone(b, { transfer: [b] }); return [b.byteLength, c.byteLength]; })()',
  '[...structuredClone(new Uint16Array([1, 2, 65535]).subarray(1))]',
  'Object.getPrototypeOf(structuredClone(new (class A { x = 1 })())) === Object.prototype',
  'structuredClone(() => 1)',
  'structuredClone({ a: Symbol("x") })',
  'structuredClone(Promise.resolve())',
  'structuredClone(new WeakMap())',
  'structuredClone()',
  'structuredClone([new String("s"), new Number(1), new Boolean(false)]).map((x) => typeof x)',
  'crypto.getRandomValues(new Uint8Array(0)).length',
  'crypto.getRandomValues(new Float64Array(1))',
  'crypto.getRandomValues(new Uint8Array(65537))',
  '/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID())',
  'new Set(Array.from({ length: 1000 }, () => crypto.randomUUID())).size',
  'queueMicrotask(1)',
  'setTimeout("code")',
  'new DOMException("m", "AbortError").code, new DOMException("m", "AbortError").name, String(new DOMException("m", "X"))',
  'new DOMException() instanceof Error',
  'typeof performance.now(), performance.timeOrigin > 1e12, performance.now() >= 0',
  'Object.prototype.toString.call(new TextEncoder()), Object.prototype.toString.call(new URL("http://x"))',
] as const;

const evaluateAll = `(async (expressions) => {
  const values = [];
  for (const expression of expressions) {
    try { values.push({ value: JSON.stringify(await (0, eval)('[' + expression + ']'), (key, value) => value === undefined ? 'undefined' : typeof value === 'bigint' ? value + 'n' : value instanceof Map || value instanceof Set ? [...value] : value instanceof RegExp ? String(value) : value) }); }
    catch (error) { values.push({ error: error.name }); }
  }
  return values;
})`;

describe('the Web globals of a function', () => {
  let inIsolate: { value?: string; error?: string }[];
  let inNode: typeof inIsolate;
  let host: TestHost;
  beforeAll(async () => {
    host = await TestHost.start();
    const result = await host.invoke(
      host.load(bundleOf(`return { handler: async (event) => ${evaluateAll}(event) };`)),
      {
        event: EXPRESSIONS,
      },
    );
    if (result.outcome !== 'ok') throw new Error(result.text);
    inIsolate = result.body as typeof inIsolate;
    // In a Node of its own: the test runner replaces some of these globals.
    const { execFileSync } = await import('node:child_process');
    const script = `${evaluateAll}(${JSON.stringify(EXPRESSIONS)}).then((values) => console.log(JSON.stringify(values)))`;
    inNode = JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })) as typeof inNode;
  });
  afterAll(() => host.stop());

  it.each(EXPRESSIONS.map((expression, at) => [expression, at] as const))('%s', (_, at) => {
    expect(inIsolate[at]).toEqual(inNode[at]);
  });

  it('bytes of any kind decode as in Node', async () => {
    const handle = host.load(
      bundleOf(
        'return { handler: async (event) => event.map((bytes) => new TextDecoder().decode(new Uint8Array(bytes))) };',
      ),
    );
    let seed = 7;
    const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
    const pieces = [
      0x41, 0x80, 0xbf, 0xc2, 0xc0, 0xe0, 0xe4, 0xed, 0xa0, 0x9f, 0xf0, 0x90, 0xf4, 0x8f, 0xf5, 0xff, 0xef, 0xbb,
    ];
    const samples = Array.from({ length: 2_000 }, () =>
      Array.from({ length: Math.floor(random() * 12) }, () => pieces[Math.floor(random() * pieces.length)] ?? 0),
    );
    const result = await host.invoke(handle, { event: samples });
    expect(result.body).toEqual(samples.map((bytes) => new TextDecoder().decode(new Uint8Array(bytes))));
  });
});
