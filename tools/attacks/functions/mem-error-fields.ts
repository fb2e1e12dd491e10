/**
 * attack:  throws an error whose name, stack and message are 64 MiB each
 * surface: error marshalling
 * @answer 502
 */
export default async function handler(event: any) {
  const error: any = new Error('z'.repeat(2 ** 26));
  error.name = 'n'.repeat(2 ** 26);
  Object.defineProperty(error, 'stack', { value: 's'.repeat(2 ** 26) });
  throw error;
}
