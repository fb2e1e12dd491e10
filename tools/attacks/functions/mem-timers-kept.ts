/**
 * attack:  sets timers with large arguments until it is refused
 * surface: timer records
 * @answer 200 | 502 | 504
 */
export default async function handler(event: any) {
  const end = Date.now() + 1000;
  while (Date.now() < end) setTimeout(() => {}, 1e9, new Array(10000).fill(1));
  return { statusCode: 200, body: 'set' };
}
