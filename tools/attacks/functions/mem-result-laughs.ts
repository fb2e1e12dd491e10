/**
 * attack:  a result that shares itself 2^40 times
 * surface: result amplification
 * @answer 502 | 504
 */
export default async function handler(event: any) {
  let o: any = ['x'];
  for (let i = 0; i < 40; i++) o = [o, o];
  return { statusCode: 200, body: o };
}
