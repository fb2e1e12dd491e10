/**
 * attack:  keeps structured clones of clones
 * surface: clone of the guest API
 * @answer 502 | 504
 */
export default async function handler(event: any) {
  const keep: any[] = [];
  let value: any = new Map([
    ['a', new Uint8Array(2 ** 20).fill(1)],
    ['b', 'x'.repeat(2 ** 20)],
  ] as any);
  for (;;) {
    value = structuredClone(value);
    keep.push(value);
  }
}
