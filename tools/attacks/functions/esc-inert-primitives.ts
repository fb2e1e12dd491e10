/**
 * attack:  WebAssembly, SharedArrayBuffer and Atomics by any name
 * surface: ways around the memory limit and to a clock
 * @answer 200 {"found":[]}
 */
export default async function handler(event: any) {
  const found: string[] = [];
  for (const name of ['WebAssembly', 'SharedArrayBuffer', 'Atomics'])
    if ((globalThis as any)[name] !== undefined || new Function(`return typeof ${name}`)() !== 'undefined')
      found.push(name);
  try {
    if (Object.prototype.toString.call(structuredClone(new Uint8Array(1)).buffer) !== '[object ArrayBuffer]')
      found.push('clone');
  } catch {}
  const steps = new Set<number>();
  for (let i = 0, last = performance.now(); i < 200000; i++) {
    const now = performance.now();
    if (now !== last) steps.add(now - last);
    last = now;
  }
  if ([...steps].some((step) => step < 0.1)) found.push('a clock finer than 0.1 ms');
  return { statusCode: 200, body: JSON.stringify({ found }) };
}
