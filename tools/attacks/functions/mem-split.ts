/**
 * attack:  splits a string of 2^28 characters into its characters
 * surface: V8 fatal "invalid size error": the process dies
 * @answer 502 | 504
 */
export default async function handler(event: any) {
  return 'x'.repeat(2 ** 28).split('').length;
}
