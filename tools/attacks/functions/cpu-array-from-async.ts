/**
 * attack:  Array.fromAsync over an endless async generator
 * surface: microtask chain driven by a builtin
 * @answer 504 | 502
 */
export default async function handler(event: any) {
  return Array.fromAsync(
    (async function* () {
      for (;;) yield 1;
    })(),
  );
}
