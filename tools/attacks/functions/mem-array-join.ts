/**
 * attack:  joins a sparse array into a 256 MiB string
 * surface: one native allocation
 * @answer 502 | 504
 */
export default async function handler(event: any) {
  const keep: string[] = [];
  for (;;) {
    const text = new Array(2 ** 25).join('abcdefgh');
    text.charCodeAt(9);
    keep.push(text);
  }
}
