/**
 * A whole platform for tests, benchmarks and attacks: `npm start`'s own program on free ports and a temporary data directory.
 * It ends with the process that started it, however that ends.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const mainFile = fileURLToPath(new URL('../start/main.mjs', import.meta.url));
const readyTimeoutMs = 180_000;
const stopTimeoutMs = 60_000;
/** Settings of whoever runs the tests must not reach the platform under test; where to find a Redis program may. */
const settingNames = /^(SLUICE_|REDIS_(VOLATILE_)?URL$|REDIS_PASSWORD_FILE$|LINK_ADDRESS$|ACCESS_LOG|npm_)/;

/**
 * @typedef {object} StartedPlatform
 * @property {string} publicUrl
 * @property {string} adminUrl
 * @property {string} runnerUrl
 * @property {{ accessKeyId: string, secretAccessKey: string }} rootKey
 * @property {number} pid                 of the start program
 * @property {string} dataDir
 * @property {() => string} output        what it printed so far
 * @property {() => Promise<void>} stop   drains, ends everything, removes a data directory that was made here
 * @property {() => Promise<void>} kill9  SIGKILL to the start program; its processes end themselves; the data directory stays
 *
 * @param {{ env?: Record<string, string>, dataDir?: string }} [options] @returns {Promise<StartedPlatform>}
 */
export async function startPlatform({ env = {}, dataDir } = {}) {
  const dataDirectory = dataDir ?? mkdtempSync(join(tmpdir(), 'sluice-platform-'));
  const inherited = Object.entries(process.env).filter(([name]) => !settingNames.test(name));
  const child = spawn(process.execPath, [mainFile], {
    env: {
      ...Object.fromEntries(inherited),
      PUBLIC_PORT: '0',
      ADMIN_PORT: '0',
      LINK_PORT: '0',
      RUNNER_PORT: '0',
      SLUICE_DATA_DIR: dataDirectory,
      SLUICE_PARENT_PIPE_FD: '3',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  child.stdio[3]?.on('error', () => {});
  let output = '';
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The platform was not ready in time:\n${output}`)), readyTimeoutMs);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        output += text;
        if (!/^Sluice is ready/m.test(output)) return;
        clearTimeout(timer);
        resolve(undefined);
      });
    }
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`The platform did not start (exit code ${code}):\n${output}`));
    });
  }).catch((error) => {
    child.kill('SIGKILL');
    if (dataDir === undefined) rmSync(dataDirectory, { recursive: true, force: true });
    throw error;
  });

  const readJson = (/** @type {string} */ path) => JSON.parse(readFileSync(join(dataDirectory, path), 'utf8'));
  const { publicUrl, adminUrl } = readJson('run/gateway.json');
  const { runnerUrl } = readJson('run/runner.json');
  return {
    publicUrl,
    adminUrl,
    runnerUrl,
    rootKey: env.SLUICE_ROOT_ACCESS_KEY_ID
      ? { accessKeyId: env.SLUICE_ROOT_ACCESS_KEY_ID, secretAccessKey: env.SLUICE_ROOT_SECRET_ACCESS_KEY ?? '' }
      : readJson('root-credentials.json'),
    pid: child.pid ?? 0,
    dataDir: dataDirectory,
    output: () => output,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
      await exited;
      clearTimeout(timer);
      if (dataDir === undefined) rmSync(dataDirectory, { recursive: true, force: true });
    },
    async kill9() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
