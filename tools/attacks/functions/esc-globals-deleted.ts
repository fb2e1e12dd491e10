/**
 * attack:  deletes and freezes every global the wrapper may need
 * surface: wrapper integrity in a warm environment
 * calls:   3
 * @answer 200 {"ok":true} | 502
 */
export default async function handler(event: any) {
  for (const key of Reflect.ownKeys(globalThis)) {
    if (key === 'undefined') continue;
    try {
      delete (globalThis as any)[key];
    } catch {}
  }
  try {
    Object.freeze(globalThis);
  } catch {}
  return { statusCode: 200, body: '{"ok":true}' };
}
