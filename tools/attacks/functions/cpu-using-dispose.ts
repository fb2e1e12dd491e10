/**
 * attack:  a resource whose disposal never ends
 * surface: explicit resource management
 * @answer 504
 */
export default async function handler(event: any) {
  {
    using resource = {
      [Symbol.dispose]() {
        for (;;) {}
      },
    };
    void resource;
  }
  return { statusCode: 200 };
}
