/**
 * attack:  a result with a key of 128 MiB
 * surface: result marshalling
 * @answer 502
 */
export default async function handler(event: any) {
  return { statusCode: 200, ['k'.repeat(2 ** 27)]: 1 };
}
