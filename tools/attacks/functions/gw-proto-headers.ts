/**
 * attack:  headers called __proto__ and constructor
 * surface: header merging in the gateway
 * calls:   2
 * @answer 200 | 502
 */
export default async function handler(event: any) {
  return {
    statusCode: 200,
    headers: JSON.parse('{"__proto__":"x","constructor":"y","toString":"z","hasOwnProperty":"w"}'),
    body: 'ok',
  };
}
