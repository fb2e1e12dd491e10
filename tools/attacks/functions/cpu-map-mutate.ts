/**
 * attack:  iterates a Set that grows while it is iterated
 * surface: iterator over a growing collection
 * @answer 504 | 502
 */
export default async function handler(event: any) {
  const set = new Set<any>([{}]);
  for (const value of set) {
    set.delete(value);
    set.add({});
  }
}
