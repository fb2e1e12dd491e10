/**
 * attack:  logs proxies whose every trap loops, in a timer
 * surface: log formatting after a host entry
 * @answer 504 | 200
 */
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
export default async function handler(event: any) {
  await sleep(5);
  const endless = () => {
    for (;;) {}
  };
  console.log(
    new Proxy(
      {},
      { get: endless, ownKeys: endless, getPrototypeOf: endless, has: endless, getOwnPropertyDescriptor: endless },
    ),
  );
  return { statusCode: 200, body: 'logged' };
}
