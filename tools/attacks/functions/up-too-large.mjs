/**
 * attack:  two megabytes of comment
 * surface: the compiler at upload
 * @answer upload 400 | upload 413
 */
process.stdout.write(
  `/* ${'x'.repeat(2 * 1024 * 1024)} */\nexport default async function handler() { return { statusCode: 200 }; }\n`,
);
