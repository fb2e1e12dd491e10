/**
 * attack:  resizable buffers by every constructor in reach
 * surface: memory outside the heap limit
 * @answer 200 {"committedMb":0} | 502 | 504
 */
export default async function handler(event: any) {
  const keep: any[] = [];
  let committedMb = 0;
  const constructors: any[] = [
    ArrayBuffer,
    ArrayBuffer.prototype.constructor,
    new Uint8Array(1).buffer.constructor,
    structuredClone(new ArrayBuffer(1)).constructor,
    new ArrayBuffer(1).slice(0).constructor,
  ];
  for (const make of constructors) {
    for (const build of [
      () => new make(0, { maxByteLength: 2 ** 28 }),
      () => Reflect.construct(make, [0, { maxByteLength: 2 ** 28 }], Object),
      () => new (class extends make {})(0, { maxByteLength: 2 ** 28 }),
    ]) {
      try {
        const buffer: any = build();
        if (buffer.resizable !== true) continue;
        buffer.resize(2 ** 28);
        new Uint8Array(buffer).fill(7);
        keep.push(buffer);
        committedMb += 256;
      } catch {}
    }
  }
  return { statusCode: 200, body: JSON.stringify({ committedMb }) };
}
