/**
 * 200 functions that were never called: what a first call costs a client, and what an idle warm function costs in memory.
 * A client's cold start is its first call minus its second, so that the way there and back is not counted.
 */
import http from 'node:http';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expectStatus } from '../platform/control-plane-client.mjs';
import { findPlatformProcesses, residentBytes, sandboxHostPids } from '../platform/processes.mjs';
import { percentile } from './load.mjs';

const FUNCTIONS = 200;
const UPLOADS_AT_ONCE = 2;
const HOST_BENCH = join(import.meta.dirname, '../../libs/sandbox/bench/host.mjs');

export async function benchHost({ print }) {
  if (!existsSync(HOST_BENCH)) return void print(`  ${HOST_BENCH} is missing`);
  const { measureHost } = await import(HOST_BENCH);
  const figures = await measureHost();
  for (const [name, value] of Object.entries(figures))
    print(`  ${name.padEnd(32)} ${typeof value === 'number' ? value.toFixed(2) : JSON.stringify(value)}`);
}

/** @param {{ sections: Set<string> }} options prints `cold`, `memory` or both; one fleet serves both. */
export async function benchFleet({ controlPlane, platform, print, sections }) {
  const names = Array.from({ length: FUNCTIONS }, (_, index) => `bench-cold-${index}`);
  const waiting = [...names];
  await Promise.all(
    Array.from({ length: UPLOADS_AT_ONCE }, async () => {
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop())
        expectStatus(await controlPlane.putFunction(name, sourceOf(name)), `the upload of ${name}`, 200, 201);
    }),
  );
  const routes = names.map((name) => ({ route: `GET /${name}`, integration: { type: 'function', function: name } }));
  expectStatus(await controlPlane.putApi('bench-cold', { routes }), 'the routes', 200, 201);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const processes = findPlatformProcesses(platform.dataDir);
  const rssBefore = hostBytes(processes);
  const coldMs = [];
  const firstMs = [];
  for (const name of names) {
    const url = `${platform.publicUrl}/bench-cold/${name}`;
    const first = await timedGet(agent, url);
    const second = await timedGet(agent, url);
    firstMs.push(first);
    coldMs.push(first - second);
  }
  const rssAfter = hostBytes(processes);
  agent.destroy();
  if (sections.has('cold'))
    print(
      `  as a client sees it: first call minus second, ${FUNCTIONS} functions   p50 ${percentile(coldMs, 0.5).toFixed(2)} ms   p99 ${percentile(coldMs, 0.99).toFixed(2)} ms   (whole first call p50 ${percentile(firstMs, 0.5).toFixed(2)} ms)`,
    );
  if (sections.has('memory')) {
    if (processes === null) print('  memory: the hosts are not on this machine');
    else
      print(
        `  idle warm function: ${((rssAfter - rssBefore) / FUNCTIONS / 1e6).toFixed(2)} MB   (hosts' RSS ${(rssBefore / 1e6).toFixed(0)} MB before, ${(rssAfter / 1e6).toFixed(0)} MB with ${FUNCTIONS} warm)`,
      );
  }
  expectStatus(await controlPlane.deleteApi('bench-cold'), 'deleting the routes', 200, 204);
  for (const name of names) await controlPlane.deleteFunction(name);
}

function sourceOf(name) {
  return `const started = Date.now();
export const handler = async (event) => ({
  statusCode: 200,
  body: JSON.stringify({ name: '${name}', started, path: event.rawPath }),
});
`;
}

function hostBytes(processes) {
  return processes === null
    ? 0
    : sandboxHostPids(processes.runnerPid).reduce((sum, pid) => sum + residentBytes(pid), 0);
}

function timedGet(agent, url) {
  return new Promise((resolve, reject) => {
    const sentAt = performance.now();
    const request = http.get(url, { agent }, (response) => {
      response.resume();
      response.on('end', () =>
        response.statusCode === 200
          ? resolve(performance.now() - sentAt)
          : reject(new Error(`${url} answered ${response.statusCode} ${response.headers['x-sluice-reason'] ?? ''}`)),
      );
    });
    request.on('error', reject);
  });
}
