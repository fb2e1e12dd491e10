/**
 * attack:  40,000 exports and a switch of 40,000 cases
 * surface: the compiler at upload
 * @answer upload 400 | upload 413 | 200
 */
process.stdout.write(
  `${Array.from({ length: 20_000 }, (_, i) => `export const e${i} = ${i};`).join('\n')}\nexport default async function handler() { switch (+'1') { ${Array.from({ length: 20_000 }, (_, i) => `case ${i}: return { statusCode: 200 };`).join(' ')} } }\n`,
);
