/**
 * attack:  answers while a microtask chain goes on for ever
 * surface: late work in the same entry as the answer
 * @answer 200 | 504
 */
export default async function handler(event: any) {
  const again = (): any => Promise.resolve().then(again);
  again();
  return { statusCode: 200, body: 'done' };
}
