/**
 * attack:  array species constructor that never returns
 * surface: builtin calling back into JavaScript
 * @answer 504
 */
class Endless extends Array {
  static override get [Symbol.species](): any {
    for (;;) {}
  }
}
export default async function handler(event: any) {
  return Endless.from([1, 2]).map((x) => x);
}
