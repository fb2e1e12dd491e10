/**
 * attack:  a million async calls deep
 * surface: promise chains
 * @answer 502 | 504 | 200
 */
export default async function handler(event: any) {
  const down = async (n: number): Promise<number> => (n === 0 ? 0 : (await null, 1 + (await down(n - 1))));
  return { statusCode: 200, body: String(await down(1e6)) };
}
