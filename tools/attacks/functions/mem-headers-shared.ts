/**
 * attack:  a hundred headers that share one string of 1 MiB
 * surface: header amplification
 * @answer 502
 */
export default async function handler(event: any) {
  const headers: any = {};
  for (let i = 0; i < 100; i++) headers['x-' + i] = 'v'.repeat(2 ** 20);
  return { statusCode: 200, headers, body: 'ok' };
}
