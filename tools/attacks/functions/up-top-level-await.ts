/**
 * attack:  a top-level await that never ends
 * surface: init phase
 * @answer upload 400
 */
await new Promise(() => {});
export default async function handler(event: any) {
  return { statusCode: 200 };
}
