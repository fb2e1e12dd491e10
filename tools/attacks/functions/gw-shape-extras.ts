/**
 * attack:  proxy results with keys AWS does not know, or none at all
 * surface: result validation
 * @query k=extra
 * @answer 502
 */
export default async function handler(event: any) {
  const all: Record<string, () => any> = {
    extra: () => ({ statusCode: 200, wrong: 1 }),
    cookies: () => ({ statusCode: 200, cookies: ['a=b'] }),
    text: () => 'just text',
    empty: () => '',
    lists: () => ({ statusCode: 200, multiValueHeaders: { a: 'v' } }),
    proto: () => JSON.parse('{"statusCode":200,"__proto__":{"a":1}}'),
    array: () => [200],
    number: () => 7,
  };
  return all[event.queryStringParameters.k]!();
}
