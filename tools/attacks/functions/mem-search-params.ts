/**
 * attack:  a URLSearchParams that doubles itself
 * surface: URL API of the guest
 * @answer 502 | 504
 */
export default async function handler(event: any) {
  const params = new URLSearchParams('a=1');
  for (;;) for (const [key, value] of [...params]) params.append(key + 'x', value + 'y');
}
