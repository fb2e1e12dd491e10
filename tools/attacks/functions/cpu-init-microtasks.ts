/**
 * attack:  an endless microtask chain begun while the module loads
 * surface: init phase
 * @answer upload 400 | 504
 */
const again = (): any => Promise.resolve().then(again);
again();
export default async function handler(event: any) {
  return { statusCode: 200 };
}
