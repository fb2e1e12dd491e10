/**
 * attack:  10,000 unhandled rejections beside a good answer
 * surface: error attribution
 * calls:   3
 * @answer 200 | 502
 */
export default async function handler(event: any) {
  for (let i = 0; i < 10000; i++) Promise.reject(new Error('orphan ' + i));
  return { statusCode: 200, body: 'fine' };
}
