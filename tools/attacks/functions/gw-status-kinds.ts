/**
 * attack:  statuses of other types
 * surface: status handling
 * @query k=one
 * @answer 502 | 200
 */
export default async function handler(event: any) {
  const all: Record<string, () => any> = {
    one: () => 101,
    zero: () => 0,
    negative: () => -200,
    fraction: () => 200.5,
    huge: () => 1e300,
    truth: () => true,
    list: () => ['200'],
    object: () => ({ valueOf: 200 }),
    text: () => '200 OK',
  };
  return { statusCode: all[event.queryStringParameters.k]!(), body: 'x' };
}
