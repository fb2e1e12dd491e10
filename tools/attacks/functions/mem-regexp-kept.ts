/**
 * attack:  keeps distinct compiled regular expressions
 * surface: code space
 * @answer 502 | 504 | 200
 */
export default async function handler(event: any) {
  const keep: RegExp[] = [];
  const end = Date.now() + 3000;
  for (let i = 0; Date.now() < end; i++) {
    const r = new RegExp(`(?:${'[a-z]+|\\d{1,9}'.repeat(50)})${i}`);
    r.test('abc');
    keep.push(r);
  }
  return { statusCode: 200, body: String(keep.length) };
}
