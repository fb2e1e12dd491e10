/**
 * attack:  Function.prototype methods and toString lie or throw from the moment the module loads
 * surface: wrapper integrity
 * calls:   3
 * @answer upload 400 | 200 {"ok":true} | 502
 */
for (const key of ['call', 'apply', 'bind', 'toString', Symbol.hasInstance] as any[]) {
  try {
    Object.defineProperty(Function.prototype, key, {
      value: () => {
        throw new Error('tampered');
      },
    });
  } catch {}
}
export default async function handler(event: any) {
  return { statusCode: 200, body: '{"ok":true}' };
}
