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
import { tryStartLock } from './redis/start-lock.mjs';
import { listenForStop } from './stop-requests.mjs';

const require = createRequire(import.meta.url);
/** When the processes above us were killed nobody waits for a long drain. */
const orphanGraceMs = 3_000;

/** Runs the platform until it is asked to stop or cannot go on. @param {NodeJS.ProcessEnv} environment @returns {Promise<number>} the exit code */
export async function start(environment) {
  const startedMs = performance.now();
  /** What to stop, newest first. @type {(() => Promise<void> | void)[]} */
  const started = [];
  let graceMs = 35_000;
  /** @type {PlatformProcesses | undefined} */
  let processes;
  let stopRequested = false;
  let fail = (/** @type {Error} */ _error) => {};
  const failed = new Promise((_resolve, reject) => (fail = reject));
  failed.catch(() => {});

  const stopRequests = listenForStop(environment);
  stopRequests.again.then(() => {
    console.log('stopping at once');
    processes?.kill();
  });
  const stopRequest = stopRequests.first.then((request) => {
    stopRequested = true;
    if (request.parentGone) graceMs = Math.min(graceMs, orphanGraceMs);
    return request;
  });

  const run = async () => {
    await step('build', buildStale);
    const settings = readSettings(environment);
    graceMs = settings.shutdownGraceMs;
    for (const warning of settings.warnings) console.error(`warning: ${warning}`);
    mkdirSync(settings.dataDirectory, { recursive: true, mode: 0o700 });
    const lock = await tryStartLock(`start ${settings.dataDirectory}`);
    if (!lock) {
      throw new Error(
        `Another "npm start" runs on ${settings.dataDirectory}. Stop it, or set SLUICE_DATA_DIR to another directory.`,
      );
    }
    started.push(lock.release);
    await requireFreePorts(settings);

    const redis = await step('redis', () => provideRedis(settings, environment, started, fail));
    const masterKeyFile = settings.hasMasterKey ? undefined : ensureMasterKeyFile(settings.dataDirectory);
    rmSync(join(settings.dataDirectory, 'run'), { recursive: true, force: true });
    mkdirSync(join(settings.dataDirectory, 'run'), { mode: 0o700 });
    const linkAddress =
      settings.linkAddress ?? `unix:${socketPathOf(join(settings.dataDirectory, 'run'), 'link.sock')}`;
    processes = new PlatformProcesses({
      dataDirectory: settings.dataDirectory,
      environment: {
        ...environment,
        REDIS_URL: redis.url,
        REDIS_VOLATILE_URL: redis.volatileUrl,
        SLUICE_DATA_DIR: settings.dataDirectory,
        ACCESS_LOG: settings.accessLog,
        LINK_ADDRESS: linkAddress,
        ...(masterKeyFile === undefined ? {} : { SLUICE_MASTER_KEY_FILE: masterKeyFile }),
      },
      onFailure: fail,
    });
    started.push(() => processes?.stop(graceMs));
    const addresses = await step('gateway and runner', () => processes?.start());
    printAnnouncement({ ...addresses, settings, environment, seconds: (performance.now() - startedMs) / 1000 });
    return stopRequest;
  };

  let exitCode = 0;
  try {
    const running = run();
    running.catch(() => {});
    const request = await Promise.race([running, failed, stopRequest]);
    console.log(`${request.reason}: stopping (at most ${Math.round(graceMs / 1000)} s; once more stops at once)`);
  } catch (error) {
    if (!stopRequested) {
      console.error(`\n${error instanceof Error ? error.message : String(error)}`);
      exitCode = 1;
    }
  }
  for (const stop of started.reverse()) await stop();
  if (exitCode === 0) console.log('stopped');
  stopRequests.end();
  return exitCode;
}

/** @template T @param {string} name @param {() => Promise<T> | undefined} action @returns {Promise<T>} */
async function step(name, action) {
  const startMs = performance.now();
  const result = /** @type {any} */ (await action());
  const note = result?.description ? `  ${result.description}` : '';
  console.log(`${name.padEnd(20)}${((performance.now() - startMs) / 1000).toFixed(2).padStart(6)} s${note}`);
  return result;
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

/**
 * REDIS_URL is used and never replaced: a silent second store loses data. Without it the embedded one runs.
 * @param {any} settings @param {NodeJS.ProcessEnv} environment @param {(() => Promise<void> | void)[]} started @param {(error: Error) => void} fail
 */
async function provideRedis(settings, environment, started, fail) {
  if (settings.redisUrl !== undefined) {
    const { connectRedis, closeRedis, withoutPassword } = require('../../libs/redis/dist/index.js');
    const { redisUrl, redisVolatileUrl } = require('../../libs/config/dist/index.js').loadGatewaySettings(environment);
    for (const [name, url] of Object.entries({ REDIS_URL: redisUrl, REDIS_VOLATILE_URL: redisVolatileUrl })) {
      try {
        await closeRedis(await connectRedis(url, { name: 'sluice-start' }));
      } catch (error) {
        const reason =
          /\(([^)]*)\)\.$/.exec(/** @type {Error} */ (error).message)?.[1] ?? /** @type {Error} */ (error).message;
        throw new Error(
          `${name}=${withoutPassword(url)} does not answer (${reason}). Start it, or unset REDIS_URL to use the embedded Redis.`,
        );
      }
    }
    return {
      url: settings.redisUrl,
      volatileUrl: settings.redisVolatileUrl ?? settings.redisUrl,
      description: withoutPassword(redisUrl),
    };
  }
  const redis = await startEmbeddedRedis({
    dataDirectory: settings.dataDirectory,
    serverBin: settings.redisServerBin,
    pathOnly: settings.redisPathOnly,
    maxmemoryMb: settings.redisMaxmemoryMb,
    log: (message) => console.log(message),
    onGiveUp: (message) => fail(new Error(message)),
  });
  started.push(redis.stop);
  return { ...redis, description: `${redis.description}, data in ${settings.dataDirectory}` };
}
