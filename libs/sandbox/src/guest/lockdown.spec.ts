import { bundleOf, handlerBundle, TestHost } from '../host/test-host';

describe('what hostile code can reach', () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await TestHost.start();
  });
  afterAll(() => host.stop());

  const evaluate = async (body: string): Promise<unknown> => {
    const result = await host.invoke(host.load(handlerBundle(`async (event, context) => { ${body} }`)));
    if (result.outcome !== 'ok') throw new Error(`${result.outcome}: ${result.text}`);
    return result.body;
  };

  it('no global of Node, of the engine shell or of the prelude', async () => {
    const names = (await evaluate('return Object.getOwnPropertyNames(globalThis);')) as string[];
    for (const name of [
      'process',
      'require',
      'module',
      'Buffer',
      'global',
      'WebAssembly',
      'SharedArrayBuffer',
      'Atomics',
      'gc',
      'ivm',
    ])
      expect(names).not.toContain(name);
    expect(names.filter((name) => /sluice|boot|ivm|^_[^_]/i.test(name))).toEqual([]);
  });

  it('no handle of isolated-vm, however deep it looks', async () => {
    const found = await evaluate(
      `
      const seen = new Set(), found = [];
      const walk = (o, path, depth) => {
        if ((typeof o !== 'object' && typeof o !== 'function') || o === null || seen.has(o) || depth > 7) return;
        seen.add(o);
        for (const mark of ['applySync', 'applyIgnored', 'derefInto', 'copyInto', 'createContextSync']) try { if (typeof o[mark] === 'function') found.push(path + mark); } catch {}
        for (const key of Reflect.ownKeys(o)) try {
          const { value, get, set } = Object.getOwnPropertyDescriptor(o, key);
          for (const next of [value, get, set]) walk(next, path + String(key) + '.', depth + 1);
        } catch {}
        try { walk(Object.getPrototypeOf(o), path + '__proto__.', depth + 1); } catch {}
      };
      walk(globalThis, '', 0); walk(context, 'context.', 0); walk(arguments, 'arguments.', 0);
      return found;`.replace('walk(arguments', 'walk([event]'),
    );
    expect(found).toEqual([]);
  });

  it('no way to the prelude through call sites, callers or arguments', async () => {
    const leaks = await evaluate(`
      const leaks = [];
      Error.prepareStackTrace = (error, sites) => { for (const site of sites) { if (site.getThis() !== undefined && site.getThis() !== globalThis) leaks.push('this'); if (site.getFunction() !== undefined && /sluice/.test(site.getFileName() ?? '')) leaks.push('function'); } return 'x'; };
      const look = () => { void new Error('x').stack; };
      look(); [1].forEach(look); JSON.stringify({ toJSON: look });
      structuredClone({ get x() { look(); return 1; } }); new URLSearchParams([[{ toString() { look(); return 'a'; } }, 'b']]);
      console.log({ toString: look }); queueMicrotask(look); setTimeout(look, 1);
      await new Promise((resolve) => setTimeout(resolve, 5));
      delete Error.prepareStackTrace;
      return leaks;`);
    expect(leaks).toEqual([]);
  });

  it('no path or stack of the host in any error of a global function', async () => {
    const leaks = await evaluate(`
      const leaks = [], host = /\\/(home|app|usr|work|node_modules|dist|src)\\/|node:|isolated-vm/;
      const functions = Object.getOwnPropertyNames(globalThis).map((name) => [name, globalThis[name]]);
      for (const owner of ['console', 'crypto', 'performance']) for (const key of Reflect.ownKeys(globalThis[owner])) functions.push([owner + '.' + String(key), globalThis[owner][key]]);
      for (const [name, f] of functions) {
        if (typeof f !== 'function' || name === 'eval') continue;
        if (f.constructor('return typeof process')() !== 'undefined') leaks.push(name);
        for (const args of [[], [Symbol('x')], [null], ['http://['], [{ valueOf() { throw new Error('mine'); } }], ['xn--a'.repeat(1000)]]) {
          for (const call of [() => f.apply(undefined, args), () => new f(...args)]) try { await call(); } catch (error) {
            if (!(error instanceof Error)) leaks.push(name + ' threw ' + typeof error);
            else if (host.test(String(error.stack) + error.message)) leaks.push(name + ': ' + error.stack);
          }
        }
      }
      return leaks;`);
    expect(leaks).toEqual([]);
  });

  it('no module by dynamic import', async () => {
    const outcome = await evaluate(`
      const got = [];
      for (const name of ['node:fs', 'fs', '/etc/passwd', 'file:///etc/passwd', 'data:text/javascript,export default 1', 'isolated-vm'])
        try { await import(name); got.push(name); } catch {}
      return got;`);
    expect(outcome).toEqual([]);
  });

  it('weak references and finalization exist but never tell about collection', async () => {
    expect(
      await evaluate(`
        const target = {}; const reference = new WeakRef(target);
        const registry = new FinalizationRegistry(() => {}); registry.register(target, 1);
        return [reference.deref() === target, registry.unregister(target), Object.prototype.toString.call(new Map())];`),
    ).toEqual([true, false, '[object Map]']);
  });

  it('clocks of whole milliseconds only', async () => {
    expect(
      await evaluate(`
        const until = Date.now() + 20; const fractions = new Set();
        while (Date.now() < until) fractions.add(performance.now() % 1);
        return [...fractions];`),
    ).toEqual([0]);
  });

  it('its own poisoned intrinsics, but neither results nor logs of the prelude', async () => {
    const poison = `
      let stolen = ''; const reflectApply = Reflect.apply;
      const poison = (owner, key) => { const f = owner[key]; Object.defineProperty(owner, key, { configurable: true, writable: true, value: function (...args) { stolen += key + ' '; return reflectApply(f, this, args); } }); };
      const poisonAll = () => { for (const [owner, keys] of [[JSON, ['stringify', 'parse']], [Promise.prototype, ['then', 'catch']], [Promise, ['resolve']], [Array.prototype, ['push', 'join', 'map', 'slice']], [Object, ['keys', 'create', 'defineProperty', 'getPrototypeOf']], [Function.prototype, ['call', 'apply', 'bind']], [String.prototype, ['slice', 'charCodeAt', 'indexOf']], [Date, ['now']], [Reflect, ['apply']]]) for (const key of keys) poison(owner, key);
        Object.prototype.toJSON = function () { return 'stolen'; };
        for (const name of ['statusCode', '0', 'id', 'errorType', 'get', 'set']) Object.defineProperty(Object.prototype, name, { configurable: true, get() { return 'forged'; }, set() { stolen += name + ' '; } }); stolen = ''; };`;
    const handle = host.load(
      bundleOf(`${poison}
        let calls = 0;
        return { handler: async (event) => { if (++calls === 1) poisonAll(); console.log('line', calls); if (event.fail) throw new Error('mine'); return calls + ':' + stolen; } };`),
    );
    for (let call = 1; call <= 3; call++) {
      const result = await host.invoke(handle);
      // Resolving with the handler's own promise calls its `then`, as the language says; nothing else of the prelude's shows.
      expect(result.body).toBe(`${call}:${'then '.repeat(call - 1)}`);
      expect(result.logs.map(([, level, message]) => [level, message])).toEqual([['INFO', `line ${call}`]]);
    }
    expect(await host.invoke(handle, { event: { fail: true } })).toMatchObject({
      outcome: 'functionError',
      body: { errorType: 'Error', errorMessage: 'mine' },
    });
  });

  it('fresh events and contexts, never those of another invocation', async () => {
    const handle = host.load(
      handlerBundle(
        'async (event, context) => { const same = kept !== null && (kept.event === event || kept.context === context || event.touched || context.touched); event.touched = context.touched = true; kept = { event, context }; return Boolean(same); }',
        'let kept = null',
      ),
    );
    expect((await host.invoke(handle)).body).toBe(false);
    expect((await host.invoke(handle)).body).toBe(false);
  });

  it('an answer given twice counts once', async () => {
    const handle = host.load(
      handlerBundle(
        '(event, context, callback) => { callback(null, ++calls); callback(null, "again"); context.succeed("and again"); context.fail(new Error("no")); }',
        'let calls = 0',
      ),
    );
    expect((await host.invoke(handle)).body).toBe(1);
    expect((await host.invoke(handle)).body).toBe(2);
  });
});
