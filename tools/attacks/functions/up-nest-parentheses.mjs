/**
 * attack:  300,000 nested parentheses
 * surface: the compiler at upload
 * @answer upload 400 | upload 413
 */
process.stdout.write(
  `export default async function handler() { return ${'('.repeat(300_000)}1${')'.repeat(300_000)}; }\n`,
);
