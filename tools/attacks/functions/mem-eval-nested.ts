/**
 * attack:  evals a million open parentheses
 * surface: parser recursion
 * @answer 502
 */
export default async function handler(event: any) {
  return (0, eval)('('.repeat(1e6));
}
