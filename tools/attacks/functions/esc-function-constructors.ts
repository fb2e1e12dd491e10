/**
 * attack:  every kind of function constructor, sloppy this and ShadowRealm
 * surface: realm separation
 * @answer 200 {"found":[]}
 */
export default async function handler(event: any) {
  const found: string[] = [];
  const kinds: any[] = [
    () => {},
    async () => {},
    function* () {},
    async function* () {},
    class {},
    console.log,
    setTimeout,
    structuredClone,
    URL,
    Array.prototype.map,
    event.constructor,
  ];
  for (const kind of kinds) {
    for (const code of ['typeof process', 'typeof require', 'typeof module', 'typeof Deno']) {
      try {
        let value: any = kind.constructor('return ' + code)();
        if (typeof value?.then === 'function') value = await value;
        if (typeof value?.next === 'function') value = (await value.next()).value;
        if (typeof value === 'string' && value !== 'undefined') found.push(code);
      } catch {}
    }
  }
  const sloppy = new Function('return this')();
  if (sloppy !== globalThis) found.push('another global');
  if (typeof sloppy.ShadowRealm !== 'undefined') found.push('ShadowRealm');
  return { statusCode: 200, body: JSON.stringify({ found }) };
}
