/**
 * attack:  WeakRef and WeakMap that keep what they are given
 * surface: weak structures that hold strongly
 * @answer 502 | 504
 */
export default async function handler(event: any) {
  const keep: any[] = [];
  for (;;) keep.push(new WeakRef(new Array(1000).fill({})));
}
