/**
 * attack:  10,000 cookies, or one with a line break
 * surface: response headers
 * @query k=many
 * @answer 502
 */
export default async function handler(event: any) {
  const all: Record<string, () => any> = {
    many: () => Array.from({ length: 10000 }, (_, i) => `c${i}=1`),
    split: () => ['a=b\r\nset-cookie: admin=1'],
    long: () => ['a=' + 'v'.repeat(20000)],
  };
  return { statusCode: 200, multiValueHeaders: { 'set-cookie': all[event.queryStringParameters.k]!() }, body: 'ok' };
}
