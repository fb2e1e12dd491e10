/**
 * Finds a redis-server or valkey-server this machine already has: REDIS_SERVER_BIN, then PATH and the usual directories, then the
 * private package of an earlier start. Redis 7 is the oldest we support.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const oldestVersion = [7, 0];
const programNames = ['redis-server', 'valkey-server'];
const usualDirectories = [
  '/usr/bin',
  '/usr/local/bin',
  '/usr/sbin',
  '/opt/homebrew/bin',
  '/home/linuxbrew/.linuxbrew/bin',
  '/snap/bin',
];

/** @typedef {{ command: string, version: string, how: string, env: Record<string, string> }} RedisServerProgram */

/**
 * @param {{ serverBin?: string | undefined, packageDirectory: string }} where
 * @returns {{ program: RedisServerProgram } | { program: null, refused: string[] }}
 */
export function findRedisServer({ serverBin, packageDirectory }) {
  if (serverBin) {
    const version = versionOf(serverBin);
    if (version === null) throw new Error(`REDIS_SERVER_BIN=${serverBin} is not a redis-server that runs here`);
    if (isTooOld(version))
      throw new Error(`REDIS_SERVER_BIN=${serverBin} is version ${version.join('.')}; 7.0 or newer is needed`);
    return { program: { command: serverBin, version: version.join('.'), how: 'REDIS_SERVER_BIN', env: {} } };
  }
  /** @type {string[]} */
  const refused = [];
  const directories = new Set([
    ...(process.env.PATH ?? '').split(':').filter((entry) => entry.startsWith('/')),
    ...usualDirectories,
  ]);
  for (const name of programNames) {
    for (const directory of directories) {
      const command = join(directory, name);
      if (!isExecutable(command)) continue;
      const version = versionOf(command);
      if (version !== null && !isTooOld(version)) {
        return { program: { command, version: version.join('.'), how: 'PATH', env: {} } };
      }
      refused.push(`${command} ${version === null ? 'does not run' : `is ${version.join('.')}, older than 7.0`}`);
    }
  }
  const unpacked = findUnpackedServer(packageDirectory);
  return unpacked ? { program: unpacked } : { program: null, refused };
}

/** The server an earlier start unpacked, if it still runs here. @param {string} packageDirectory @returns {RedisServerProgram | null} */
export function findUnpackedServer(packageDirectory) {
  for (const name of programNames) {
    const command = join(packageDirectory, 'root/usr/bin', name);
    if (!isExecutable(command)) continue;
    const env = { LD_LIBRARY_PATH: readFileSync(join(packageDirectory, 'library-path'), 'utf8').trim() };
    const version = versionOf(command, env);
    if (version !== null && !isTooOld(version)) {
      return { command, version: version.join('.'), how: 'private package', env };
    }
  }
  return null;
}

/** @param {string} path */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** @param {string} command @param {Record<string, string>} env @returns {number[] | null} */
function versionOf(command, env = {}) {
  const result = spawnSync(command, ['--version'], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: 5000,
  });
  if (result.status !== 0) return null;
  const match = /v=(\d+)\.(\d+)\.(\d+)/.exec(result.stdout);
  return match ? match.slice(1).map(Number) : null;
}

/** @param {number[]} version */
function isTooOld(version) {
  const [major = 0, minor = 0] = version;
  const [oldestMajor = 0, oldestMinor = 0] = oldestVersion;
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}
