/**
 * attack:  the handler is a generator, an async generator, a class or a bound proxy
 * surface: handler detection
 * @answer upload 400 | 502 | 504
 */
export const handler = new Proxy(
  function* () {
    yield { statusCode: 200 };
  },
  {
    apply() {
      return new Proxy(
        {},
        {
          get() {
            return undefined;
          },
        },
      );
    },
    get() {
      throw new Error('trap');
    },
  },
);
