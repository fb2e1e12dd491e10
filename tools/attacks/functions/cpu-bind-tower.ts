/**
 * attack:  a function bound a million times over
 * surface: native recursion
 * @answer 502 | 504 | 200
 */
export default async function handler(event: any) {
  let f: any = () => 1;
  for (let i = 0; i < 1e6; i++) f = f.bind(null);
  return { statusCode: 200, body: String(f()) };
}
