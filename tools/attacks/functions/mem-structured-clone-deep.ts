/**
 * attack:  structured clone of a graph 200,000 levels deep and of one that shares itself
 * surface: clone recursion
 * @answer 502
 */
export default async function handler(event: any) {
  let deep: any = {};
  const top = deep;
  for (let i = 0; i < 200000; i++) deep = deep.next = {};
  structuredClone(top);
  throw new Error('cloned');
}
