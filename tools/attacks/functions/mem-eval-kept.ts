/**
 * attack:  keeps functions compiled from large distinct sources
 * surface: compiled code
 * @answer 502 | 504
 */
export default async function handler(event: any) {
  const keep: any[] = [];
  for (let i = 0; ; i++) {
    const f = new Function(`return [${`'${i}-x',`.repeat(20000)}]`);
    f();
    keep.push(f);
  }
}
