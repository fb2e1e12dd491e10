/**
 * attack:  an enum whose members double thirty times
 * surface: the compiler at upload
 * @answer upload 400 | upload 413
 */
process.stdout.write(
  `enum Bomb { A0 = 'xxxxxxxxxx', ${Array.from({ length: 30 }, (_, i) => `A${i + 1} = \`\${A${i}}\${A${i}}\``).join(', ')} }\nexport default async function handler() { return { statusCode: 200, body: Bomb.A30 }; }\n`,
);
