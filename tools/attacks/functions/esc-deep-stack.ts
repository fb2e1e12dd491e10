/**
 * attack:  throws at the bottom of async calls, builtins and eval: the stack must name nothing of the host
 * surface: stack traces
 * @answer 502 RangeError
 */
export default async function handler(event: any) {
  await null;
  [1].map(() => (0, eval)('[2].forEach(() => { throw new RangeError("deep"); })'));
}
