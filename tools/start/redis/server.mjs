/**
 * One private Redis server: configuration file, start, supervision, and the messages for the ways it fails to start.
 * `durable` keeps an append-only file; `volatile` keeps nothing. Both refuse writes when full instead of evicting.
 */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { supervise } from '../supervise.mjs';
import { redisState } from './ask.mjs';
import { isExecutable } from './find-server.mjs';

/** sockaddr_un holds 107 bytes; a little is left for Redis' own temporary names. */
const socketPathBytesMax = 100;
const readyTimeoutMs = 60_000;
const stopGraceMs = 10_000;

/**
 * @typedef {object} ServerPlan
 * @property {'durable' | 'volatile'} role
 * @property {string} directory           data, configuration, socket and pid file
 * @property {string} password
 * @property {number} maxmemoryMb
 * @property {(message: string) => void} log
 * @property {(message: string) => void} onGiveUp
 *
 * @typedef {object} RedisServer
 * @property {import('./ask.mjs').RedisAddress} address
 * @property {() => number | undefined} pid
 * @property {() => Promise<void>} stop
 */

/**
 * Where a socket of a directory lies: in the directory, or under the temporary directory when that path is too long for a socket.
 * @param {string} directory @param {string} name
 */
export function socketPathOf(directory, name) {
  const path = join(directory, name);
  if (Buffer.byteLength(path) <= socketPathBytesMax) return path;
  const uid = process.getuid?.() ?? 0;
  const hash = createHash('sha256').update(directory).digest('hex').slice(0, 12);
  const shortDirectory = join(tmpdir(), `sluice-${uid}-${hash}`);
  mkdirSync(shortDirectory, { recursive: true, mode: 0o700 });
  if (lstatSync(shortDirectory).uid !== uid) throw new Error(`${shortDirectory} belongs to another user; remove it`);
  return join(shortDirectory, name);
}

/**
 * Starts the server of `plan.directory` with `program` and resolves when it serves.
 * @param {ServerPlan} plan @param {import('./find-server.mjs').RedisServerProgram} program @returns {Promise<RedisServer>}
 */
export async function startRedisServer(plan, program) {
  const socketPath = socketPathOf(plan.directory, 'redis.sock');
  const configurationFile = join(plan.directory, 'redis.conf');
  const pidFile = join(plan.directory, 'server.pid');
  await endLeftOverServer(pidFile, configurationFile);
  rmSync(socketPath, { force: true });
  writeConfiguration(configurationFile, [
    ...dataSettings(plan),
    ['port', '0'],
    ['unixsocket', socketPath],
    ['unixsocketperm', '700'],
    ['dir', plan.directory],
  ]);
  const address = { path: socketPath };
  const command = endsWithParent(program.command, [configurationFile]);
  return runServer(plan, address, {
    ...command,
    env: { ...process.env, ...program.env },
    onStart: (pid) => writeFileSync(pidFile, String(pid), { mode: 0o600 }),
    onStopped: () => {
      rmSync(pidFile, { force: true });
      rmSync(socketPath, { force: true });
    },
  });
}

/**
 * Supervises a command that is a Redis and waits until it serves.
 * @param {ServerPlan} plan @param {import('./ask.mjs').RedisAddress} address
 * @param {{ command: string, args: string[], env: NodeJS.ProcessEnv, onStart?: (pid: number) => void, onStopped?: () => void }} program
 * @returns {Promise<RedisServer>}
 */
export async function runServer(plan, address, program) {
  let serves = false;
  /** @type {string | undefined} */
  let failure;
  const server = supervise({
    name: `redis (${plan.role})`,
    command: program.command,
    args: program.args,
    env: program.env,
    onStart: program.onStart,
    onRestart: (message) => plan.log(message),
    onGiveUp: (message, tail) => {
      failure = `${explainTail(plan, tail)}${message}\n  ${tail.join('\n  ')}`;
      if (serves) plan.onGiveUp(failure);
    },
  });
  const deadlineMs = performance.now() + readyTimeoutMs;
  for (let waitMs = 2; (await redisState(address, plan.password)) !== 'ready'; waitMs = Math.min(50, waitMs * 2)) {
    // A server that cannot read its data says so at once and will say the same after every restart.
    const hopeless = explainTail(plan, server.tail());
    if (failure !== undefined || hopeless !== '' || performance.now() > deadlineMs) {
      await server.stop(stopGraceMs);
      throw new Error(failure ?? `${hopeless}redis (${plan.role}) did not start:\n  ${server.tail().join('\n  ')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
  serves = true;
  return {
    address,
    pid: server.pid,
    async stop() {
      await server.stop(stopGraceMs);
      program.onStopped?.();
    },
  };
}

/** Settings that do not depend on where the server runs. @param {ServerPlan} plan @returns {[string, string][]} */
export function dataSettings(plan) {
  return [
    ['requirepass', plan.password],
    ['appendonly', plan.role === 'durable' ? 'yes' : 'no'],
    ['appendfsync', 'everysec'],
    ['save', ''],
    ['maxmemory', `${plan.maxmemoryMb}mb`],
    ['maxmemory-policy', 'noeviction'],
    ['stop-writes-on-bgsave-error', 'no'],
    ['daemonize', 'no'],
    ['logfile', ''],
    ['loglevel', 'notice'],
    ['set-proc-title', 'no'],
  ];
}

/** The file holds the password, so only its owner may read it. @param {string} file @param {[string, string][]} settings */
export function writeConfiguration(file, settings) {
  const lines = settings.map(([name, value]) => `${name} "${value.replace(/[\\"]/g, '\\$&')}"`);
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
}

/** Linux ends the command with SIGTERM when this process dies, SIGKILL included. Elsewhere the next start takes the server over. */
export function endsWithParent(/** @type {string} */ command, /** @type {string[]} */ args) {
  const setpriv = process.platform === 'linux' && ['/usr/bin/setpriv', '/bin/setpriv'].find(isExecutable);
  return setpriv ? { command: setpriv, args: ['--pdeathsig', 'TERM', command, ...args] } : { command, args };
}

/**
 * A server whose starter was killed may still be writing its file, or run on where the kernel cannot end it with its parent.
 * @param {string} pidFile @param {string} configurationFile
 */
async function endLeftOverServer(pidFile, configurationFile) {
  const pid = readPid(pidFile);
  if (pid === undefined) return;
  const deadlineMs = performance.now() + stopGraceMs;
  for (let asked = false; isServerProcess(pid, configurationFile); asked = true) {
    if (!asked) process.kill(pid, 'SIGTERM');
    if (performance.now() > deadlineMs) process.kill(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  rmSync(pidFile, { force: true });
}

/** @param {string} pidFile */
function readPid(pidFile) {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the pid is still this server and not another process that got its number. A zombie has an empty command line. */
function isServerProcess(/** @type {number} */ pid, /** @type {string} */ configurationFile) {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(configurationFile);
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** What the last lines mean and what to do, where we know. @param {ServerPlan} plan @param {string[]} tail */
function explainTail(plan, tail) {
  const text = tail.join('\n');
  const version = /Can't handle RDB format version (\d+)/.exec(text);
  if (version) {
    return (
      `The data in ${plan.directory} was written by a newer Redis (format ${version[1]}) than the one found here.\n` +
      `Install that Redis again (or name it in REDIS_SERVER_BIN), or start with another SLUICE_DATA_DIR.\n`
    );
  }
  if (/Bad file format reading the append only file|Unexpected end of file reading the append only file/.test(text)) {
    return (
      `The append-only file in ${plan.directory}/appendonlydir is damaged, so Redis refuses to load it.\n` +
      `Copy the directory, then run redis-check-aof --fix on the .manifest file in it: it cuts the file at the first bad record.\n`
    );
  }
  return '';
}
