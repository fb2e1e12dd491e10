/**
 * attack:  call 1 answers by promise and calls back 30 ms later, during call 2
 * surface: results of another invocation
 * calls:   2
 * @answer 200 {"own":true}
 */
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
let calls = 0;
export const handler = async (event: any, context: any, callback: any) => {
  if (calls++ === 0) setTimeout(() => callback(null, { statusCode: 200, body: '{"own":false}' }), 30);
  else await sleep(60);
  return { statusCode: 200, body: '{"own":true}' };
};
