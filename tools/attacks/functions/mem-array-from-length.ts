/**
 * attack:  Array.from({ length: 2^27 })
 * surface: fatal allocation failure
 * @answer 502 | 504
 */
export default async function handler(event: any) {
  return Array.from({ length: 2 ** 27 }).length;
}
