/**
 * attack:  quadratic lastIndexOf on 16 MiB strings
 * surface: native search without interrupt checks
 * @answer 504 | 502
 */
export default async function handler(event: any) {
  const text = 'a'.repeat(2 ** 24);
  let n = 0;
  for (;;) n += text.lastIndexOf('b' + 'a'.repeat(2 ** 23));
}
