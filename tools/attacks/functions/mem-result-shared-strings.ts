/**
 * attack:  100,000 references to one string of 1 MiB
 * surface: result amplification
 * @answer 502
 */
export default async function handler(event: any) {
  return { statusCode: 200, body: new Array(100000).fill('x'.repeat(2 ** 20)) };
}
