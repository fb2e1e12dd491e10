import { join } from 'node:path';

/**
 * Imports a module of `tools`. Those are plain ES modules because `npm start` needs them before anything is built; tests use the same
 * code instead of a second implementation. The path is computed, so the compiler does not follow it: `T` states what the module exports.
 */
export async function importTool<T>(path: string): Promise<T> {
  const modulePath = join(__dirname, '../../../tools', path);
  return (await import(modulePath)) as T;
}
