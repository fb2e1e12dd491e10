/**
 * attack:  timers of call 1 log and set state while call 2 runs
 * surface: late work, log attribution
 * calls:   2
 * @answer 200 {"late":0}
 */
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
let late = 0;
let calls = 0;
export default async function handler(event: any) {
  if (calls++ === 0)
    for (let i = 1; i <= 20; i++)
      setTimeout(() => {
        late++;
        console.log('late line of call 1');
      }, i * 5);
  else await sleep(120);
  return { statusCode: 200, body: JSON.stringify({ late }) };
}
