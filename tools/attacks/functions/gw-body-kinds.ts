/**
 * attack:  bodies that are no strings, base64 that is none
 * surface: result validation
 * @query k=number
 * @answer 200 | 502
 */
export default async function handler(event: any) {
  const all: Record<string, () => any> = {
    number: () => ({ body: 5 }),
    list: () => ({ body: ['a'] }),
    object: () => ({ body: { a: 1 } }),
    truth: () => ({ body: true }),
    none: () => ({ body: null }),
    junk: () => ({ body: '%%%', isBase64Encoded: true }),
    flag: () => ({ body: 'YQ==', isBase64Encoded: 'yes' }),
    surrogate: () => ({ body: '\ud800' }),
    nul: () => ({ body: 'a\u0000b' }),
  };
  return { statusCode: 200, ...all[event.queryStringParameters.k]!() };
}
