/**
 * attack:  builtins under names the bundler cannot see
 * surface: runtime resolver
 * @answer upload 400 | 200 {"found":[]}
 */
export default async function handler(event: any) {
  const found: string[] = [];
  for (const name of ['fs', 'node:fs', 'node:child_process', 'module', 'vm', 'worker_threads', 'isolated-vm']) {
    const hidden = name.split('').join('');
    try {
      await import(hidden);
      found.push(name);
    } catch {}
    try {
      (globalThis as any).require(hidden);
      found.push(name);
    } catch {}
  }
  return { statusCode: 200, body: JSON.stringify({ found }) };
}
