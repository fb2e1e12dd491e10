/**
 * attack:  a tower of 200,000 classes and lookups that miss at its foot
 * surface: prototype chain walks
 * @answer 504 | 502
 */
export default async function handler(event: any) {
  let Tower: any = class {};
  for (let i = 0; i < 200000; i++) Tower = class extends Tower {};
  let n = 0;
  for (;;) n += 'missing' in Tower ? 1 : 0;
}
