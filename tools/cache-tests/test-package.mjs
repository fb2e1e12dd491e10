/** The published tests for HTTP caches (https://cache-tests.fyi, npm `http-cache-tests`), fetched once into the data directory; nothing of them is ours. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const NAME = 'http-cache-tests';
const VERSION = '0.4.5';
const run = promisify(execFile);

/**
 * Its test data, client and origin, without what it depends on: its client takes any `fetch`, its origin any node:http server.
 * @param {string} dataDirectory
 */
export async function loadTestPackage(dataDirectory) {
  const directory = resolve(dataDirectory, 'cache-tests', VERSION);
  const modules = join(directory, 'package');
  if (!existsSync(modules)) {
    mkdirSync(directory, { recursive: true });
    const { stdout } = await run('npm', ['pack', '--silent', `${NAME}@${VERSION}`], { cwd: directory });
    await run('tar', ['xzf', stdout.trim()], { cwd: directory });
  }
  const load = (path) => import(pathToFileURL(join(modules, path)).href);
  const [suites, runner, configHandler, testHandler, stateHandler] = await Promise.all([
    load('tests/index.mjs'),
    load('client/runner.mjs'),
    load('server/handle-config.mjs'),
    load('server/handle-test.mjs'),
    load('server/handle-state.mjs'),
  ]);
  return {
    suites: suites.default,
    runTests: runner.runTests,
    getResults: runner.getResults,
    handlers: { config: configHandler.default, test: testHandler.default, state: stateHandler.default },
  };
}
