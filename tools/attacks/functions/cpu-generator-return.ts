/**
 * attack:  destructuring closes a generator whose finally never ends
 * surface: iterator close protocol
 * @answer 504
 */
export default async function handler(event: any) {
  const [first] = (function* () {
    try {
      yield 1;
    } finally {
      for (;;) {}
    }
  })();
  return first;
}
