/**
 * attack:  decodes and encodes megabytes for ever
 * surface: encoding API of the guest
 * @answer 504 | 502
 */
export default async function handler(event: any) {
  const bytes = new Uint8Array(2 ** 22).fill(0xe2);
  let n = 0;
  for (;;) n += new TextDecoder().decode(bytes).length;
}
