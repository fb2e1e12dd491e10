/**
 * attack:  a builtin by dynamic import with a literal
 * surface: bundler externals
 * @answer upload 400
 */
export default async function handler(event: any) {
  const fs: any = await import('node:fs');
  return { statusCode: 200, body: fs.readFileSync('/etc/passwd', 'utf8') };
}
