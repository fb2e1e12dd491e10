/**
 * attack:  parses URLs with a million labels and parameters for ever
 * surface: URL parser of the guest API
 * @answer 504 | 502
 */
export default async function handler(event: any) {
  let n = 0;
  for (;;) {
    try {
      n += new URL('http://' + 'a.'.repeat(200000) + 'b/?' + 'k=v&'.repeat(100000)).searchParams.size;
    } catch {
      n++;
    }
  }
}
