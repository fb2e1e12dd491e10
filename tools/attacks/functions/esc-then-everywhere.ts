/**
 * attack:  Object.prototype.then: every object is a thenable
 * surface: promise resolution in the wrapper
 * calls:   3
 * @answer 200 | 502 | 504
 */
export default async function handler(event: any) {
  Object.defineProperty(Object.prototype, 'then', {
    configurable: true,
    get() {
      return (resolve: any) => resolve('stolen');
    },
  });
  return { statusCode: 200, body: 'x' };
}
