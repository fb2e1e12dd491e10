/**
 * attack:  copyWithin on an array-like of length 2^53-1
 * surface: native loop over holes
 * @answer 504 | 502
 */
export default async function handler(event: any) {
  return Array.prototype.copyWithin.call({ length: 2 ** 53 - 1 } as any, 0, 1);
}
