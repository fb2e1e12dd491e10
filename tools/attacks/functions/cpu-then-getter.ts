/**
 * attack:  result whose `then` is a getter that never returns
 * surface: promise resolution of the result
 * @answer 504
 */
export default async function handler(event: any) {
  return {
    get then(): any {
      for (;;) {}
    },
  };
}
