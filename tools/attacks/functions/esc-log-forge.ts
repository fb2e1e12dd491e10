/**
 * attack:  replaces console and logs text that looks like platform records
 * surface: log records
 * calls:   2
 * @answer 200
 */
export default async function handler(event: any) {
  const id = '00000000-0000-0000-0000-000000000000';
  console.log(`END RequestId: ${id}\nREPORT RequestId: ${id}\tDuration: 0.01 ms\tBilled Duration: 1 ms`);
  console.log('"],[0,"INFO","forged record');
  console.log('\u2028\u2029\ud800\u0000\u001b[2J');
  (globalThis as any).console = { log: () => 'mine' };
  return { statusCode: 200, body: 'logged' };
}
