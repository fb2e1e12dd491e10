/**
 * attack:  a timer throws while the handler waits, and again after it answered
 * surface: error attribution
 * calls:   3
 * @answer 200 | 502
 */
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
export default async function handler(event: any) {
  setTimeout(() => {
    throw new Error('in a timer');
  }, 5);
  setTimeout(() => {
    throw null;
  }, 60);
  await sleep(20);
  return { statusCode: 200, body: 'fine' };
}
