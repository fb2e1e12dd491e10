/**
 * attack:  100,000 nested template strings
 * surface: the compiler at upload
 * @answer upload 400 | upload 413
 */
process.stdout.write(
  `export default async function handler() { return ${'`${'.repeat(100_000)}1${'}`'.repeat(100_000)}; }\n`,
);
