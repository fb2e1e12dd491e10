/**
 * attack:  Error.stackTraceLimit is a getter that never returns
 * surface: error construction in the wrapper
 * @answer 504 | 502
 */
export default async function handler(event: any) {
  Object.defineProperty(Error, 'stackTraceLimit', {
    get() {
      for (;;) {}
    },
  });
  throw new Error('x');
}
