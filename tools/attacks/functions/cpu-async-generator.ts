/**
 * attack:  for await over an endless async generator, begun in a timer
 * surface: continuation after a host entry
 * @answer 504
 */
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
export default async function handler(event: any) {
  await sleep(5);
  for await (const value of (async function* () {
    for (;;) yield 1;
  })())
    if (value === 2) return value;
}
