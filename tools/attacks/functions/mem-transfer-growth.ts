/**
 * attack:  grows buffers by transfer and keeps them
 * surface: array buffer allocator
 * @answer 502 | 504
 */
export default async function handler(event: any) {
  const keep: any[] = [];
  for (;;) {
    const grown = (new ArrayBuffer(1) as any).transfer(2 ** 24);
    new Uint8Array(grown).fill(1);
    keep.push(grown);
  }
}
