/**
 * attack:  Symbol.iterator, toPrimitive, hasInstance and isConcatSpreadable of builtins are hooked
 * surface: wrapper integrity: protocols
 * calls:   3
 * @answer 200 {"ok":true} | 502
 */
for (const target of [Array.prototype, String.prototype, Map.prototype, Set.prototype, Object.prototype] as any[]) {
  for (const symbol of [
    Symbol.iterator,
    Symbol.toPrimitive,
    Symbol.isConcatSpreadable,
    Symbol.toStringTag,
    Symbol.species,
  ] as any[]) {
    try {
      Object.defineProperty(target, symbol, {
        configurable: true,
        get() {
          throw new Error('hooked');
        },
      });
    } catch {}
  }
}
export default async function handler(event: any) {
  return { statusCode: 200, body: '{"ok":true}' };
}
