/**
 * attack:  collects thirty million matches
 * surface: array growth by a builtin
 * @answer 502 | 504
 */
export default async function handler(event: any) {
  return [...'a'.repeat(3e7).matchAll(/a/g)].length;
}
