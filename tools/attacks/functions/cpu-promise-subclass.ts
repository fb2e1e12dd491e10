/**
 * attack:  returns a Promise subclass whose species, constructor and then never return
 * surface: promise resolution of the result
 * @answer 504 | 502
 */
class Endless extends Promise<any> {
  static get [Symbol.species](): any {
    for (;;) {}
  }
  override then(): any {
    for (;;) {}
  }
}
export const handler = (event: any) => new Endless(() => {});
