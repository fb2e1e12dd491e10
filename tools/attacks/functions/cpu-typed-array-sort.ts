/**
 * attack:  sorts and reverses typed arrays for ever
 * surface: native sort on a whole buffer
 * @answer 504 | 502
 */
export default async function handler(event: any) {
  const a = new Float64Array(2e6);
  for (;;) {
    for (let i = 0; i < a.length; i += 7) a[i] = -i;
    a.sort();
    a.reverse();
  }
}
