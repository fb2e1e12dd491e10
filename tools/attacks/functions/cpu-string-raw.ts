/**
 * attack:  String.raw over an array-like of 2^53-1 pieces
 * surface: native loop that builds a string
 * @answer 504 | 502
 */
export default async function handler(event: any) {
  return String.raw({ raw: { length: 2 ** 53 - 1 } } as any);
}
