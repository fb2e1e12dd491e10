/**
 * attack:  Symbol.iterator, toPrimitive, hasInstance and isConcatSpreadable of builtins are hooked
 * surface: wrapper integrity: protocols
 * calls:   3
 * @answer 200 {"ok":true} | 502
 */
const targets: any[] = [Object.prototype, String.prototype, Map.prototype, Set.prototype, Array.prototype];
const symbols: any[] = [
  Symbol.toPrimitive,
  Symbol.isConcatSpreadable,
  Symbol.toStringTag,
  Symbol.species,
  Symbol.iterator,
];
const { defineProperty } = Object;
function hook() {
  for (let t = 0; t < targets.length; t++) {
    for (let s = 0; s < symbols.length; s++) {
      defineProperty(targets[t], symbols[s], {
        configurable: true,
        get() {
          throw new Error('hooked');
        },
      });
    }
  }
}
let hooked = false;
export default async function handler(event: any) {
  if (!hooked) {
    hooked = true;
    hook();
  }
  return { statusCode: 200, body: '{"ok":true}' };
}
