/**
 * attack:  logs objects with looping getters, toStringTag, constructor names and iterators
 * surface: log formatting
 * @answer 504 | 200
 */
export default async function handler(event: any) {
  console.log({
    get a() {
      for (;;) {}
    },
    get [Symbol.toStringTag]() {
      for (;;) {}
    },
  });
  console.error(
    Object.create({
      get constructor() {
        for (;;) {}
      },
    }),
  );
  console.log(
    new (class extends Map {
      override *[Symbol.iterator](): any {
        for (;;) yield [1, 2];
      }
    })(),
  );
  return { statusCode: 200, body: 'logged' };
}
