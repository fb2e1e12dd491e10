/**
 * attack:  900,000 unary operators
 * surface: the compiler at upload
 * @answer upload 400 | upload 413 | 502 | 200
 */
process.stdout.write(`export default async function handler() { return ${'!'.repeat(900_000)}1; }\n`);
