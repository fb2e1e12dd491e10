/**
 * The embedded Redis of one data directory: two private servers, `durable` and `volatile`, on unix sockets, with a random password,
 * ended with the process that started them. Node built-ins only: this runs before `npm ci` has finished on a fresh clone.
 *
 * Order: servers another start of this data directory runs → redis-server or valkey-server of this machine → the distribution's
 * package, unpacked privately → docker → an error that says what to do.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { redisState } from './ask.mjs';
import { dockerObstacle, startDockerServer } from './docker-server.mjs';
import { findRedisServer, findUnpackedServer } from './find-server.mjs';
import { startRedisServer } from './server.mjs';
import { waitForStartLock } from './start-lock.mjs';
import { canUnpackDebianPackage, unpackDebianPackage } from './unpack-package.mjs';

const repositoryDirectory = fileURLToPath(new URL('../../..', import.meta.url));
/** Longer than the kernel takes to end a killed start, whose servers are about to end too and must not be joined. */
const killedHolderMs = 1_000;
const unpackLockTimeoutMs = 120_000;
const otherStartTimeoutMs = 60_000;

/**
 * @typedef {object} EmbeddedRedisOptions
 * @property {string} dataDirectory
 * @property {string} [serverBin]               default: REDIS_SERVER_BIN
 * @property {boolean} [pathOnly]               never unpack a package and never use docker
 * @property {number} [maxmemoryMb]             of each of the two servers
 * @property {(message: string) => void} [log]
 * @property {(message: string) => void} [onGiveUp]   a server keeps dying; the platform cannot go on
 *
 * @typedef {object} EmbeddedRedis
 * @property {string} url
 * @property {string} volatileUrl
 * @property {string} description               program, version and how it was found
 * @property {boolean} reused                   another start of this data directory runs the servers and will end them
 * @property {{ durable: () => number | undefined, volatile: () => number | undefined }} pids
 * @property {() => Promise<void>} stop
 */

/** @param {EmbeddedRedisOptions} options @returns {Promise<EmbeddedRedis>} */
export async function startEmbeddedRedis(options) {
  const log = options.log ?? (() => {});
  mkdirSync(options.dataDirectory, { recursive: true, mode: 0o700 });
  const dataDirectory = realpathSync(options.dataDirectory);
  const lock = await waitForStartLock(`redis ${dataDirectory}`, killedHolderMs);
  if (!lock) return joinOtherStart(dataDirectory);
  try {
    const source = await chooseSource(options, log);
    const password = readOrCreatePassword(join(dataDirectory, 'redis'));
    const startRole = (/** @type {'durable' | 'volatile'} */ role) => {
      const directory = join(dataDirectory, directoryName(role, source.kind));
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const maxmemoryMb = options.maxmemoryMb ?? defaultMaxmemoryMb();
      const plan = { role, directory, password, maxmemoryMb, log, onGiveUp: options.onGiveUp ?? log };
      return source.kind === 'program' ? startRedisServer(plan, source.program) : startDockerServer(plan);
    };
    const [durable, volatile] = await startBoth(startRole('durable'), startRole('volatile'));
    const url = urlOf(durable.address, password);
    const volatileUrl = urlOf(volatile.address, password);
    const addresses = { durable: durable.address, volatile: volatile.address };
    writeFileSync(addressFileOf(dataDirectory), JSON.stringify(addresses), { mode: 0o600 });
    return {
      url,
      volatileUrl,
      description: source.description,
      reused: false,
      pids: { durable: durable.pid, volatile: volatile.pid },
      async stop() {
        await Promise.all([durable.stop(), volatile.stop()]);
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * @typedef {{ kind: 'program', program: import('./find-server.mjs').RedisServerProgram, description: string }
 *   | { kind: 'docker', description: string }} RedisSource
 * @param {EmbeddedRedisOptions} options @param {(message: string) => void} log @returns {Promise<RedisSource>}
 */
async function chooseSource(options, log) {
  const packageDirectory = join(repositoryDirectory, '.data/redis-pkg');
  const found = findRedisServer({ serverBin: options.serverBin ?? process.env.REDIS_SERVER_BIN, packageDirectory });
  if (found.program) return programSource(found.program);
  const obstacles = {
    PATH: found.refused.join(', ') || 'no redis-server or valkey-server',
    'Debian package': '',
    docker: '',
  };
  if (options.pathOnly) {
    obstacles['Debian package'] = obstacles.docker = 'switched off by REDIS_EMBEDDED=path-only';
    throw new Error(nothingFoundMessage(obstacles));
  }
  if (canUnpackDebianPackage()) {
    try {
      return programSource(await unpackOnce(packageDirectory, log));
    } catch (error) {
      obstacles['Debian package'] = lastLine(error);
    }
  } else {
    obstacles['Debian package'] = 'this is no Debian or Ubuntu';
  }
  const obstacle = await dockerObstacle();
  if (obstacle === null) return { kind: 'docker', description: 'redis:8 (docker)' };
  obstacles.docker = obstacle;
  throw new Error(nothingFoundMessage(obstacles));
}

/** @param {import('./find-server.mjs').RedisServerProgram} program @returns {RedisSource} */
function programSource(program) {
  return { kind: 'program', program, description: `${program.command} ${program.version} (${program.how})` };
}

/** One start unpacks, others wait for it and use the result. */
async function unpackOnce(/** @type {string} */ packageDirectory, /** @type {(message: string) => void} */ log) {
  mkdirSync(dirname(packageDirectory), { recursive: true, mode: 0o700 });
  const lock = await waitForStartLock(`unpack ${packageDirectory}`, unpackLockTimeoutMs);
  if (!lock) throw new Error('another start has been unpacking it for two minutes');
  try {
    const unpackedByOther = findUnpackedServer(packageDirectory);
    if (unpackedByOther) return unpackedByOther;
    log(
      `redis: not installed here; unpacking Debian's redis-server into ${packageDirectory} (about 4 s, once; nothing is installed)`,
    );
    await unpackDebianPackage(packageDirectory);
    const unpacked = findUnpackedServer(packageDirectory);
    if (!unpacked) throw new Error('the unpacked redis-server does not run here');
    return unpacked;
  } finally {
    lock.release();
  }
}

/** Waits for the servers of the start that holds the data directory. @param {string} dataDirectory @returns {Promise<EmbeddedRedis>} */
async function joinOtherStart(dataDirectory) {
  const deadlineMs = performance.now() + otherStartTimeoutMs;
  for (;;) {
    const addressFile = addressFileOf(dataDirectory);
    if (existsSync(addressFile)) {
      const { durable, volatile } = JSON.parse(readFileSync(addressFile, 'utf8'));
      const password = readOrCreatePassword(join(dataDirectory, 'redis'));
      const states = await Promise.all([redisState(durable, password), redisState(volatile, password)]);
      if (states.every((state) => state === 'ready')) {
        return {
          url: urlOf(durable, password),
          volatileUrl: urlOf(volatile, password),
          description: `the servers another start of ${dataDirectory} runs`,
          reused: true,
          pids: { durable: () => undefined, volatile: () => undefined },
          stop: async () => {},
        };
      }
    }
    if (performance.now() > deadlineMs) {
      throw new Error(`another process holds the Redis of ${dataDirectory}, but no Redis answers there`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Both, or neither: a server without its sibling is stopped again. @template T @param {Promise<T & { stop: () => Promise<void> }>[]} starts */
async function startBoth(...starts) {
  const results = await Promise.allSettled(starts);
  const failure = results.find((result) => result.status === 'rejected');
  if (!failure) return results.map((result) => /** @type {PromiseFulfilledResult<any>} */ (result).value);
  for (const result of results) if (result.status === 'fulfilled') await result.value.stop();
  throw /** @type {PromiseRejectedResult} */ (failure).reason;
}

/** Data a docker Redis wrote may be too new for the one installed here, so the two never share a directory. */
function directoryName(/** @type {'durable' | 'volatile'} */ role, /** @type {'program' | 'docker'} */ kind) {
  const suffix = kind === 'docker' ? '-docker' : '';
  return role === 'durable' ? `redis${suffix}` : `redis-volatile${suffix}`;
}

function addressFileOf(/** @type {string} */ dataDirectory) {
  return join(dataDirectory, 'redis', 'address.json');
}

/** @param {string} directory */
function readOrCreatePassword(directory) {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, 'password');
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  chmodSync(file, 0o600);
  return readFileSync(file, 'utf8').trim();
}

/** A quarter of the machine, so that a full Redis is an error it reports and not the kernel's out-of-memory killer. */
function defaultMaxmemoryMb() {
  return Math.max(256, Math.min(4096, Math.floor(totalmem() / 4 / 1024 / 1024)));
}

/** @param {import('./ask.mjs').RedisAddress} address @param {string} password */
function urlOf(address, password) {
  return 'path' in address
    ? `unix://${encodeURI(address.path)}?password=${password}`
    : `redis://:${password}@${address.host}:${address.port}`;
}

/** @param {unknown} error */
function lastLine(error) {
  const text = String(
    /** @type {{ stderr?: string }} */ (error).stderr || (error instanceof Error ? error.message : error),
  );
  return text.trim().split('\n').pop() ?? 'failed';
}

/** @param {Record<string, string>} obstacles */
function nothingFoundMessage(obstacles) {
  const tried = Object.entries(obstacles).map(([where, why]) => `${where}: ${why}`);
  return [
    `No Redis was found and none could be fetched (tried ${tried.join('; ')}).`,
    'Do one of these, then run `npm start` again:',
    '  Debian/Ubuntu  sudo apt-get install -y redis-server     macOS   brew install redis',
    '  Fedora         sudo dnf install -y valkey               Alpine  apk add valkey',
    '  Docker         docker run -d -p 127.0.0.1:6379:6379 redis:8   and   REDIS_URL=redis://127.0.0.1:6379 npm start',
  ].join('\n');
}
