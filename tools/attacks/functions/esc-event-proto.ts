/**
 * attack:  a query parameter called __proto__
 * surface: event building and parsing
 * @query __proto__=x,1
 * @query constructor=y
 * @answer 200 {"polluted":false}
 */
export default async function handler(event: any) {
  const query = event.queryStringParameters ?? {};
  const polluted =
    ({} as any).x !== undefined ||
    Object.getPrototypeOf(query) !== Object.prototype ||
    ({} as any).constructor !== Object;
  return { statusCode: 200, body: JSON.stringify({ polluted }) };
}
