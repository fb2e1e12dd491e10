/**
 * attack:  closes the bundle's wrapper and overwrites its exports
 * surface: bundle format
 * @answer upload 400 | 200
 */
var __sluice_exports: any = { handler: () => 'mine' };
(globalThis as any).__sluice_exports = { handler: () => 'mine' };
export default async function handler(event: any) {
  return { statusCode: 200, body: typeof __sluice_exports };
}
