/**
 * attack:  Unicode normalisation of a text that grows eighteenfold
 * surface: ICU normaliser, one native call at a time
 * @answer 504 | 502
 */
export default async function handler(event: any) {
  const text = '\ufdfa'.repeat(500000);
  let n = 0;
  for (;;) n += text.normalize('NFKD').length;
}
