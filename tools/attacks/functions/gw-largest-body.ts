/**
 * attack:  a body just under the limit of a response
 * surface: write path of large answers
 * calls:   5
 * @answer 200 | 502
 */
export default async function handler(event: any) {
  return { statusCode: 200, headers: { 'content-type': 'text/plain' }, body: 'x'.repeat(6291000) };
}
