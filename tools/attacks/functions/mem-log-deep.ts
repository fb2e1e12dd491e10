/**
 * attack:  logs a graph 100,000 levels deep, an array of a million elements and a string of 128 MiB
 * surface: log formatting
 * @answer 200 | 502 | 504
 */
export default async function handler(event: any) {
  const top: any = {};
  let o = top;
  for (let i = 0; i < 100000; i++) o = o.a = {};
  console.log(top);
  console.log(new Array(1e6).fill('x'));
  console.log('z'.repeat(2 ** 27));
  console.log('%s %s', 'y'.repeat(2 ** 27), top);
  return { statusCode: 200, body: 'logged' };
}
