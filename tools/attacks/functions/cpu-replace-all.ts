/**
 * attack:  replaceAll on strings of 2^25 characters for ever
 * surface: native string code between interrupt checks
 * @answer 504 | 502
 */
export default async function handler(event: any) {
  const text = 'x'.repeat(2 ** 25);
  let n = 0;
  for (;;) n += text.replaceAll('x', 'yy').length;
}
