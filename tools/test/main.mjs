/**
 * `npm test [-- PATTERN…]`: builds what is stale, runs the specs of every lib and app, then the end-to-end specs one file at a time against
 * real processes. The last line is `N passed, N failed`. A pattern keeps only spec files whose path matches it.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildStale } from '../start/build.mjs';
import { startEmbeddedRedis } from '../start/redis/embedded-redis.mjs';

const repositoryDirectory = fileURLToPath(new URL('../..', import.meta.url));
const jest = join(repositoryDirectory, 'node_modules/jest/bin/jest.js');
const unitArguments = ['--config', 'jest.config.cjs', '--maxWorkers', '2'];
const e2eArguments = ['--config', 'apps/e2e/jest.config.cjs', '--runInBand'];

process.exitCode = await main(process.argv.slice(2));

/** @param {string[]} patterns */
async function main(patterns) {
  const resultsDirectory = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  let passed = 0;
  let failed = 0;
  try {
    await buildStale();
    await provideRedisProgram(join(resultsDirectory, 'redis'));
    for (const [name, jestArguments] of Object.entries({ unit: unitArguments, e2e: e2eArguments })) {
      const results = await runJest(jestArguments, patterns, join(resultsDirectory, `${name}.json`));
      passed += results.passed;
      failed += results.failed;
    }
    if (passed + failed === 0) throw new Error('No test ran.');
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    failed += 1;
  } finally {
    rmSync(resultsDirectory, { recursive: true, force: true });
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** A machine without Redis gets the program once, here, so that no test has to wait for it. @param {string} dataDirectory */
async function provideRedisProgram(dataDirectory) {
  const redis = await startEmbeddedRedis({ dataDirectory, log: (message) => console.log(message) });
  await redis.stop();
}

/**
 * A spec file that cannot be loaded has no tests to fail, so it counts as one.
 * @param {string[]} jestArguments @param {string[]} patterns @param {string} resultFile
 */
async function runJest(jestArguments, patterns, resultFile) {
  const code = await run([
    '--no-node-snapshot',
    jest,
    ...jestArguments,
    '--passWithNoTests',
    '--json',
    `--outputFile=${resultFile}`,
    ...patterns,
  ]);
  const result = readResult(resultFile);
  if (!result) throw new Error(`Jest ended with exit code ${code} and no results.`);
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  // Something else than a test failed, such as a worker that died: say so instead of passing.
  return { passed: result.numPassedTests, failed: failed === 0 && code !== 0 ? 1 : failed };
}

/** @param {string} file */
function readResult(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** With --json, Jest writes its results to stdout as well; people read its report, which goes to stderr. @param {string[]} args @returns {Promise<number | null>} */
function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: repositoryDirectory, stdio: ['ignore', 'ignore', 'inherit'] });
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => child.kill(signal));
    child.once('error', reject);
    child.once('close', resolve);
  });
}
