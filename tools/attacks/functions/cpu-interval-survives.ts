/**
 * attack:  answers while intervals and timeouts that loop are still due
 * surface: late work after the answer
 * calls:   3
 * @answer 200
 */
export default async function handler(event: any) {
  for (let i = 0; i < 20; i++) {
    setInterval(() => {
      for (;;) {}
    }, 20 + i);
    setTimeout(() => {
      for (;;) {}
    }, 30 + i);
  }
  return { statusCode: 200, body: 'done' };
}
