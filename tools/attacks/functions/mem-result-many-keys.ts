/**
 * attack:  a result with a million header names
 * surface: result marshalling
 * @answer 502 | 504
 */
export default async function handler(event: any) {
  const headers: any = {};
  for (let i = 0; i < 400000; i++) headers['x-' + i] = '1';
  return { statusCode: 200, headers, body: 'ok' };
}
