import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `master.key` in the data directory, made the first time. It appears whole: data written under half a key would be lost. @param {string} dataDirectory */
export function ensureMasterKeyFile(dataDirectory) {
  const path = join(dataDirectory, 'master.key');
  if (existsSync(path)) return path;
  const temporaryPath = `${path}.${process.pid}.tmp`;
  writeFileSync(temporaryPath, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  try {
    linkSync(temporaryPath, path);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
  } finally {
    rmSync(temporaryPath, { force: true });
  }
  return path;
}
