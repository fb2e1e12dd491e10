/** Builds what is stale: TypeScript incrementally, then the image isolates start from. Nothing to do takes about half a second. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitForStartLock } from './redis/start-lock.mjs';

const repositoryDirectory = fileURLToPath(new URL('../..', import.meta.url));
const buildLockTimeoutMs = 300_000;

export async function buildStale() {
  const tsc = compilerPath();
  if (tsc === undefined) {
    // An installation without development dependencies runs what was built before.
    if (existsSync(join(repositoryDirectory, 'apps/gateway/dist/main.js'))) return;
    throw new Error('The dependencies are not installed. Run "npm ci" first.');
  }
  const lock = await waitForStartLock(`build ${repositoryDirectory}`, buildLockTimeoutMs);
  if (!lock) throw new Error('Another build of this directory has been running for five minutes.');
  try {
    await run(tsc, ['-b', 'tsconfig.build.json']);
    await run(join(repositoryDirectory, 'libs/sandbox/build-guest.mjs'), []);
  } finally {
    lock.release();
  }
}

function compilerPath() {
  const path = join(repositoryDirectory, 'node_modules/@typescript/native/bin/tsc');
  return existsSync(path) ? path : undefined;
}

/** @param {string} script @param {string[]} args @returns {Promise<void>} */
function run(script, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: repositoryDirectory,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`The build failed (${script} ${args.join(' ')}):\n${output.trim()}`)),
    );
  });
}
