/**
 * attack:  everything the guest API answers and throws belongs to the guest's realm
 * surface: realm separation
 * @answer 200 {"leaks":[]}
 */
export default async function handler(event: any) {
  const leaks: string[] = [];
  const own = (name: string, value: any) => {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return;
    let root = value;
    for (let depth = 0; Object.getPrototypeOf(root) !== null && depth < 20; depth++) root = Object.getPrototypeOf(root);
    if (root !== Object.prototype && root !== value) leaks.push(name);
    try {
      if (value.constructor?.constructor !== undefined && value.constructor.constructor !== Function)
        leaks.push(name + '.constructor');
    } catch {}
  };
  const attempt = (name: string, action: () => any) => {
    try {
      own(name, action());
    } catch (error: any) {
      if (!(error instanceof Error)) leaks.push(name + ' threw a foreign error');
      own(name + ' error', error);
    }
  };
  const hostile = {
    toString() {
      throw new TypeError('mine');
    },
    valueOf() {
      throw new TypeError('mine');
    },
  };
  for (const argument of [
    undefined,
    null,
    Symbol('s'),
    hostile,
    -1,
    NaN,
    2 ** 53,
    'http://[',
    {},
    [],
    () => 1,
    1n,
  ] as any[]) {
    attempt('setTimeout', () => {
      const id = setTimeout(() => {}, argument);
      clearTimeout(id);
      return id;
    });
    attempt('setTimeout callback', () => setTimeout(argument, 1));
    attempt('clearTimeout', () => clearTimeout(argument));
    attempt('queueMicrotask', () => (typeof argument === 'function' ? undefined : queueMicrotask(argument)));
    attempt('structuredClone', () => structuredClone(argument));
    attempt('URL', () => new URL(argument, argument));
    attempt('URLSearchParams', () => new URLSearchParams(argument));
    attempt('TextEncoder', () => new TextEncoder().encode(argument));
    attempt('TextDecoder', () => new TextDecoder(argument));
    attempt('decode', () => new TextDecoder().decode(argument));
    attempt('atob', () => atob(argument));
    attempt('btoa', () => btoa(argument));
    attempt('getRandomValues', () => crypto.getRandomValues(argument));
    attempt('randomUUID', () => (crypto as any).randomUUID(argument));
    attempt('performance.now', () => (performance as any).now(argument));
    attempt('console.log', () => console.log(argument));
  }
  return { statusCode: 200, body: JSON.stringify({ leaks: [...new Set(leaks)] }) };
}
