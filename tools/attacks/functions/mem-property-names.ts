/**
 * attack:  one object with millions of property names
 * surface: dictionary growth
 * @answer 502 | 504
 */
export default async function handler(event: any) {
  const o: any = {};
  for (let i = 0; ; i++) o['property' + i] = i;
}
