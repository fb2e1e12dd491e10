/**
 * attack:  behaves on the first call and loops on every later one
 * surface: warm function, learned mean run time
 * calls:   3
 * @answer 200 | 504
 */
let calls = 0;
export default async function handler(event: any) {
  if (calls++ > 0) for (;;) {}
  return { statusCode: 200, body: 'first' };
}
