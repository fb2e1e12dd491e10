import { mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { printAnnouncement } from './announce.mjs';
import { buildStale } from './build.mjs';
import { ensureMasterKeyFile } from './master-key-file.mjs';
import { PlatformProcesses } from './platform-processes.mjs';
import { requireFreePorts } from './ports.mjs';
import { startEmbeddedRedis } from './redis/embedded-redis.mjs';
import { socketPathOf } from './redis/server.mjs';
import { waitForStartLock } from './redis/start-lock.mjs';
import { listenForStop } from './stop-requests.mjs';

const require = createRequire(import.meta.url);
/** When the processes above us were killed nobody waits for a long drain. */
const orphanGraceMs = 3_000;
/** How long the lock of a start that was just killed may outlive it. */
const otherStartMs = 1_000;

/** Runs the platform until it is asked to stop or cannot go on. @param {NodeJS.ProcessEnv} environment @returns {Promise<number>} the exit code */
export async function start(environment) {
  const stopRequests = listenForStop(environment);
  const platform = new Platform(environment);
  stopRequests.again.then(() => {
    console.log('stopping at once');
    platform.kill();
  });
  let exitCode = 0;
  try {
    const { reason, parentGone } = await Promise.race([stopRequests.first, platform.run()]);
    const graceMs = Math.min(platform.graceMs, parentGone ? orphanGraceMs : Infinity);
    console.log(`${reason}: stopping (at most ${Math.round(graceMs / 1000)} s; once more stops at once)`);
    await platform.stop(graceMs);
    console.log('stopped');
  } catch (error) {
    console.error(`\n${error instanceof Error ? error.message : String(error)}`);
    exitCode = 1;
    await platform.stop(platform.graceMs);
  }
  stopRequests.end();
  return exitCode;
}

class Platform {
  graceMs = 35_000;
  /** What to stop, in the order it was started. @type {((graceMs: number) => Promise<void> | void)[]} */
  #started = [];
  #environment;
  #stopping = false;
  /** @type {PlatformProcesses | undefined} */
  #processes;
  /** @type {Promise<unknown>} */
  #starting = Promise.resolve();
  /** @type {PromiseWithResolvers<never>} */
  #failed = Promise.withResolvers();

  /** @param {NodeJS.ProcessEnv} environment */
  constructor(environment) {
    this.#environment = environment;
  }

  /** Never resolves: starts everything, and rejects when that fails or something keeps dying later. @returns {Promise<never>} */
  run() {
    this.#starting = this.#start().catch(this.#failed.reject);
    return this.#failed.promise;
  }

  /** Newest first. What the start was just doing ends at its next step and is stopped too. @param {number} graceMs */
  async stop(graceMs) {
    this.#stopping = true;
    await this.#stopStarted(graceMs);
    await this.#starting;
    await this.#stopStarted(graceMs);
  }

  kill() {
    this.#processes?.kill();
  }

  async #stopStarted(/** @type {number} */ graceMs) {
    for (let stop = this.#started.pop(); stop; stop = this.#started.pop()) await stop(graceMs);
  }

  async #start() {
    const startedMs = performance.now();
    const environment = this.#environment;
    await this.#step('build', buildStale);
    const settings = readSettings(environment);
    this.graceMs = settings.shutdownGraceMs;
    for (const warning of settings.warnings) console.error(`warning: ${warning}`);
    mkdirSync(settings.dataDirectory, { recursive: true, mode: 0o700 });
    await this.#lock(settings.dataDirectory);
    await requireFreePorts(settings);
    const redis = await this.#step('redis', () => this.#provideRedis(settings));
    const masterKeyFile = settings.hasMasterKey ? undefined : ensureMasterKeyFile(settings.dataDirectory);
    const runDirectory = join(settings.dataDirectory, 'run');
    rmSync(runDirectory, { recursive: true, force: true });
    mkdirSync(runDirectory, { mode: 0o700 });
    const processes = new PlatformProcesses({
      dataDirectory: settings.dataDirectory,
      environment: {
        ...environment,
        REDIS_URL: redis.url,
        REDIS_VOLATILE_URL: redis.volatileUrl,
        SLUICE_DATA_DIR: settings.dataDirectory,
        ACCESS_LOG: settings.accessLog,
        LINK_ADDRESS: settings.linkAddress ?? `unix:${socketPathOf(runDirectory, 'link.sock')}`,
        ...(masterKeyFile === undefined ? {} : { SLUICE_MASTER_KEY_FILE: masterKeyFile }),
      },
      onFailure: this.#failed.reject,
    });
    this.#processes = processes;
    this.#started.push((graceMs) => processes.stop(graceMs));
    const addresses = await this.#step('gateway and runner', () => processes.start());
    printAnnouncement({ ...addresses, settings, environment, seconds: (performance.now() - startedMs) / 1000 });
  }

  async #lock(/** @type {string} */ dataDirectory) {
    const lock = await waitForStartLock(`start ${dataDirectory}`, otherStartMs);
    if (!lock) {
      throw new Error(
        `Another "npm start" runs on ${dataDirectory}. Stop it, or set SLUICE_DATA_DIR to another directory.`,
      );
    }
    this.#started.push(lock.release);
  }

  /** REDIS_URL is used and never replaced: a silent second store loses data. Without it the embedded one runs. @param {any} settings */
  async #provideRedis(settings) {
    if (settings.redisUrl !== undefined) return requireRedis(settings, this.#environment);
    const redis = await startEmbeddedRedis({
      dataDirectory: settings.dataDirectory,
      serverBin: settings.redisServerBin,
      pathOnly: settings.redisPathOnly,
      maxmemoryMb: settings.redisMaxmemoryMb,
      log: (message) => console.log(message),
      onGiveUp: (message) => this.#failed.reject(new Error(message)),
    });
    this.#started.push(redis.stop);
    return { ...redis, description: `${redis.description}, data in ${settings.dataDirectory}` };
  }

  /** @template T @param {string} name @param {() => Promise<T>} action @returns {Promise<T>} */
  async #step(name, action) {
    if (this.#stopping) throw new Error('stopped');
    const startMs = performance.now();
    const result = await action();
    const description = /** @type {any} */ (result)?.description ?? '';
    console.log(
      `${name.padEnd(20)}${((performance.now() - startMs) / 1000).toFixed(2).padStart(6)} s  ${description}`.trimEnd(),
    );
    return result;
  }
}

/** Judges the settings of every process before any of them starts, so that all that is wrong is said at once. */
function readSettings(/** @type {NodeJS.ProcessEnv} */ environment) {
  const config = require('../../libs/config/dist/index.js');
  /** @type {Set<string>} */
  const problems = new Set();
  const attempt = (
    /** @type {(environment: NodeJS.ProcessEnv) => any} */ load,
    /** @type {NodeJS.ProcessEnv} */ given,
  ) => {
    try {
      return load(given);
    } catch (error) {
      if (!(error instanceof config.SettingsError)) throw error;
      for (const problem of /** @type {any} */ (error).problems) problems.add(problem);
      return undefined;
    }
  };
  const settings = attempt(config.loadStartSettings, environment);
  // What start itself will provide stands in for the check.
  const complete = { ...environment };
  if (!environment.REDIS_URL) complete.REDIS_URL = '/embedded/redis.sock';
  if (!environment.SLUICE_MASTER_KEY && !environment.SLUICE_MASTER_KEY_FILE) {
    complete.SLUICE_MASTER_KEY = Buffer.alloc(32).toString('base64');
  }
  attempt(config.loadGatewaySettings, complete);
  attempt(config.loadRunnerSettings, complete);
  if (problems.size > 0) throw new Error([...problems].join('\n'));
  return settings;
}

/** Checks that the given Redis serves. @param {any} settings @param {NodeJS.ProcessEnv} environment */
async function requireRedis(settings, environment) {
  const { connectRedis, closeRedis, withoutPassword } = require('../../libs/redis/dist/index.js');
  const { redisUrl, redisVolatileUrl } = require('../../libs/config/dist/index.js').loadGatewaySettings(environment);
  for (const [name, url] of Object.entries({ REDIS_URL: redisUrl, REDIS_VOLATILE_URL: redisVolatileUrl })) {
    try {
      await closeRedis(await connectRedis(url, { name: 'sluice-start' }));
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      const reason = /\(([^)]*)\)\.$/.exec(message)?.[1] ?? message;
      throw new Error(
        `${name}=${withoutPassword(url)} does not answer (${reason}). Start it, or unset REDIS_URL to use the embedded Redis.`,
        { cause: error },
      );
    }
  }
  return {
    url: settings.redisUrl,
    volatileUrl: settings.redisVolatileUrl ?? settings.redisUrl,
    description: withoutPassword(redisUrl),
  };
}
