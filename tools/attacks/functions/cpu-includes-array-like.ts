/**
 * attack:  includes on an array-like of length 2^53-1
 * surface: native loop that never calls back into JavaScript
 * @answer 504 | 502
 */
export default async function handler(event: any) {
  return Array.prototype.includes.call({ length: 2 ** 53 - 1 } as any, 1);
}
