/**
 * attack:  keeps 5 MiB of array buffer more on every call
 * surface: memory beside the heap over many calls
 * calls:   30
 * @answer 200 | 502
 */
const keep: any[] = [];
export default async function handler(event: any) {
  keep.push(new Uint8Array(5 * 2 ** 20).fill(1));
  return { statusCode: 200, body: String(keep.length) };
}
