/**
 * attack:  encodes a string whose UTF-8 is three times the heap limit
 * surface: encoding API of the guest
 * @answer 502 | 504
 */
export default async function handler(event: any) {
  return new TextEncoder().encode('\u20ac'.repeat(2 ** 26)).length;
}
