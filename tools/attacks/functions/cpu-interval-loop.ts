/**
 * attack:  an interval whose callback never returns
 * surface: timer entry outside the first call
 * @answer 504
 */
export default async function handler(event: any) {
  setInterval(() => {
    for (;;) {}
  }, 1);
  await new Promise(() => {});
}
