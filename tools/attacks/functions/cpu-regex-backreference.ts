/**
 * attack:  catastrophic backtracking that a linear engine cannot take over (backreference, lookbehind)
 * surface: regular expression engine
 * @answer 504 | 502
 */
export default async function handler(event: any) {
  return [/^(?:(a+)\1?)+$/.test('a'.repeat(64) + '!'), /(?<=(a+)+)b\1$/.test('a'.repeat(64) + 'b!')];
}
