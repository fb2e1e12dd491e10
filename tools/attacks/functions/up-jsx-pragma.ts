/**
 * attack:  JSX pragmas that import host modules
 * surface: compiler pragmas
 * @answer upload 400 | 200
 */
/** @jsxRuntime automatic */
/** @jsxImportSource ../../../../../node_modules/esbuild */
/** @jsx require('fs').readFileSync */
export default async function handler(event: any) {
  return { statusCode: 200, body: 'compiled' };
}
