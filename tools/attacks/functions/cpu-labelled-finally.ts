/**
 * attack:  a finally block that turns every way out back into the loop
 * surface: termination swallowed by control flow
 * @answer 504
 */
export default async function handler(event: any) {
  outer: for (;;) {
    try {
      return { statusCode: 200 };
    } finally {
      continue outer;
    }
  }
}
