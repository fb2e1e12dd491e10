/**
 * attack:  one log call with a million arguments
 * surface: argument marshalling of host calls
 * @answer 200 | 502 | 504
 */
export default async function handler(event: any) {
  try {
    console.log(...new Array(1e6).fill('x'));
  } catch {}
  try {
    console.log.apply(console, { length: 2 ** 32 - 1 } as any);
  } catch {}
  return { statusCode: 200, body: 'logged' };
}
