/**
 * attack:  ends the process while it loads
 * surface: init phase, fatal allocation
 * @answer upload 400 | upload 503
 */
const characters = 'x'.repeat(2 ** 28).split('');
export default async function handler(event: any) {
  return { statusCode: 200, body: String(characters.length) };
}
