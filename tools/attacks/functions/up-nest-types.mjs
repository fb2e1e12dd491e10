/**
 * attack:  100,000 nested generic types
 * surface: the compiler at upload
 * @answer upload 400 | upload 413 | 200
 */
process.stdout.write(
  `type X = ${'Array<'.repeat(100_000)}1${'>'.repeat(100_000)};\nexport default async function handler() { return { statusCode: 200 }; }\n`,
);
