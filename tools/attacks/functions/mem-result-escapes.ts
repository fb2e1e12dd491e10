/**
 * attack:  6 MiB of control characters: six times as many bytes as JSON
 * surface: result amplification by escaping
 * @answer 502
 */
export default async function handler(event: any) {
  return { statusCode: 200, body: '\u0001'.repeat(6000000) };
}
