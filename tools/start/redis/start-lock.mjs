/**
 * A lock by name that the kernel frees however its holder dies: an abstract socket on Linux, elsewhere a file with the holder's pid.
 * Redis does not lock its data directory, so without this two starts at once run two servers on one append-only file.
 */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @typedef {{ release: () => void }} StartLock */

/** Takes the lock, or answers null when another process holds it. @param {string} name @returns {Promise<StartLock | null>} */
export function tryStartLock(name) {
  const id = `sluice-${createHash('sha256').update(name).digest('hex').slice(0, 24)}`;
  return process.platform === 'linux'
    ? takeAbstractSocket(id)
    : Promise.resolve(takePidFile(join(tmpdir(), `${id}.lock`)));
}

/** Takes the lock, waiting for its holder. @param {string} name @param {number} timeoutMs @returns {Promise<StartLock>} */
export async function waitForStartLock(name, timeoutMs) {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const lock = await tryStartLock(name);
    if (lock) return lock;
    if (performance.now() > deadlineMs)
      throw new Error(`another start has held "${name}" for ${Math.round(timeoutMs / 1000)} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** @param {string} id @returns {Promise<StartLock | null>} */
function takeAbstractSocket(id) {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen({ path: `\0${id}` }, () => {
      server.unref();
      resolve({ release: () => void server.close() });
    });
  });
}

/** @param {string} file @returns {StartLock | null} */
function takePidFile(file) {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx', mode: 0o600 });
      return { release: () => rmSync(file, { force: true }) };
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
      if (isAlive(Number(readFileSync(file, 'utf8')))) return null;
      rmSync(file, { force: true });
    }
  }
  return null;
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}
