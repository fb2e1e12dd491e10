/**
 * attack:  an own prepareStackTrace answers a proxy whose traps never return
 * surface: stack formatting
 * @answer 504 | 502
 */
export default async function handler(event: any) {
  (Error as any).prepareStackTrace = () =>
    new Proxy(() => {}, {
      get() {
        for (;;) {}
      },
      getPrototypeOf() {
        for (;;) {}
      },
      ownKeys() {
        for (;;) {}
      },
    }) as any;
  throw new Error('x');
}
