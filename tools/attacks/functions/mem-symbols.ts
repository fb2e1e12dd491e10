/**
 * attack:  keeps registered symbols for ever
 * surface: symbol table, never collected
 * @answer 502 | 504
 */
export default async function handler(event: any) {
  for (let i = 0; ; i++) Symbol.for('symbol ' + i + 'x'.repeat(1000));
}
