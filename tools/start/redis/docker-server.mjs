/** A Redis from the official image, for machines with docker and neither redis-server nor apt. Its data stays apart from other servers' data. */
import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { dataSettings, endsWithParent, runServer, writeConfiguration } from './server.mjs';

const run = promisify(execFile);
const image = 'redis:8';
const pullTimeoutMs = 180_000;

/** Why docker cannot be used here, or null when it can and the image is present. @returns {Promise<string | null>} */
export async function dockerObstacle() {
  try {
    await run('docker', ['info'], { timeout: 10_000 });
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT'
      ? 'not installed'
      : 'the docker daemon does not answer';
  }
  try {
    await run('docker', ['image', 'inspect', image], { timeout: 10_000 });
  } catch {
    try {
      await run('docker', ['pull', '-q', image], { timeout: pullTimeoutMs });
    } catch {
      return `the image ${image} is not here and cannot be pulled`;
    }
  }
  return null;
}

/**
 * `docker run` stays in the foreground, passes our SIGTERM on and ends with the container, so it is supervised like a server.
 * @param {import('./server.mjs').ServerPlan} plan @returns {Promise<import('./server.mjs').RedisServer>}
 */
export async function startDockerServer(plan) {
  const port = await freeLoopbackPort();
  const configurationFile = join(plan.directory, 'redis.conf');
  writeConfiguration(configurationFile, [...dataSettings(plan), ['port', '6379'], ['dir', '/data'], ['bind', '*']]);
  const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  const command = endsWithParent('docker', [
    ...['run', '--rm', '--init', '--user', user, '--cap-drop', 'ALL', '--publish', `127.0.0.1:${port}:6379`],
    ...['--volume', `${plan.directory}:/data`, '--entrypoint', 'redis-server', image, '/data/redis.conf'],
  ]);
  return runServer(plan, { host: '127.0.0.1', port }, { ...command, env: process.env });
}

/** @returns {Promise<number>} */
function freeLoopbackPort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
