/**
 * attack:  a proxy of a proxy, 100,000 deep, as the result
 * surface: native recursion while the result is read
 * @answer 502 | 504
 */
export default async function handler(event: any) {
  let o: any = { statusCode: 200 };
  for (let i = 0; i < 100000; i++) o = new Proxy(o, {});
  return o;
}
