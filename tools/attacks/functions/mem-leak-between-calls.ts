/**
 * attack:  keeps 6 MiB more on every call
 * surface: warm state over many calls
 * calls:   30
 * @answer 200 | 502
 */
const keep: any[] = [];
export default async function handler(event: any) {
  keep.push(new Array(750000).fill(event));
  return { statusCode: 200, body: String(keep.length) };
}
