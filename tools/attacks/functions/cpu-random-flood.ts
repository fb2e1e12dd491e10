/**
 * attack:  draws random bytes for ever
 * surface: synchronous host calls in a loop
 * @answer 504 | 502
 */
export default async function handler(event: any) {
  const bytes = new Uint8Array(65536);
  for (;;) crypto.getRandomValues(bytes);
}
