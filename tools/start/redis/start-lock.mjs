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

/**
 * Takes the lock, waiting for its holder; answers null when that takes longer than `timeoutMs`. Even who expects no holder should wait a
 * moment: a process that was just killed holds its locks until the kernel has taken it apart.
 * @param {string} name @param {number} timeoutMs @returns {Promise<StartLock | null>}
 */
export async function waitForStartLock(name, timeoutMs) {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    const lock = await tryStartLock(name);
    if (lock || performance.now() > deadlineMs) return lock;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** @param {string} name @returns {Promise<StartLock | null>} */
function tryStartLock(name) {
  const id = `sluice-${createHash('sha256').update(name).digest('hex').slice(0, 24)}`;
  return process.platform === 'linux'
    ? takeAbstractSocket(id)
    : Promise.resolve(takePidFile(join(tmpdir(), `${id}.lock`)));
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
