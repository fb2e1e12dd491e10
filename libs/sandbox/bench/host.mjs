/**
 * What one sandbox host can do, without queue and gateway: `node libs/sandbox/bench/host.mjs` after a build. A real host process on
 * a real channel; the driver shares the machine with it, so warm figures contain the cost of asking.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const root = join(import.meta.dirname, '..');

const HELLO =
  'async (event) => ({ statusCode: 200, headers: { "content-type": "application/json" }, body: JSON.stringify({ message: "hello", path: event.rawPath }) })';
const EVENT = {
  rawPath: '/bench/hello',
  headers: { host: 'localhost', 'user-agent': 'bench' },
  requestContext: { http: { method: 'GET' } },
};
const COLD_STARTS = 200;
const BATCH = 64;
const WARM_EVENTS = 64_000;

/**
 * Resolves with flat figures. `coldStart…` over 200 functions: from sending to receiving, and `coldStartInit…` what of it is the
 * environment's making. `warm…`: waves of 64 events; `loneP50Ms`: one event at a time.
 */
export async function measureHost() {
  execFileSync(process.execPath, [join(root, 'build-guest.mjs')]);
  const { TestHost, handlerBundle } = require(join(root, 'dist', 'host', 'test-host.js'));
  return { ...(await measureColdStarts(TestHost, handlerBundle)), ...(await measureWarm(TestHost, handlerBundle)) };
}

async function measureColdStarts(TestHost, handlerBundle) {
  const host = await TestHost.start({ rssMb: 4_096, idleMs: 600_000 });
  const totalMs = [];
  const initMs = [];
  const warmUp = host.load(handlerBundle(HELLO), { functionName: 'warm-up' });
  await host.invoke(warmUp, { event: EVENT });
  const beforeMb = residentMb(host.child.pid);
  for (let at = 0; at < COLD_STARTS; at++) {
    const handle = host.load(handlerBundle(HELLO, `const name = ${at}`), { functionName: `cold-${at}` });
    const result = await host.invoke(handle, { event: EVENT });
    if (result.outcome !== 'ok' || result.initUs === 0) throw new Error(`no cold start: ${JSON.stringify(result)}`);
    totalMs.push(result.answeredAfterMs);
    initMs.push(result.initUs / 1_000);
  }
  const idleFunctionMb = (residentMb(host.child.pid) - beforeMb) / COLD_STARTS;
  await host.stop();
  return {
    coldStartP50Ms: percentile(totalMs, 0.5),
    coldStartP99Ms: percentile(totalMs, 0.99),
    coldStartInitP50Ms: percentile(initMs, 0.5),
    coldStartInitP99Ms: percentile(initMs, 0.99),
    idleFunctionMb,
  };
}

async function measureWarm(TestHost, handlerBundle) {
  const host = await TestHost.start();
  const handle = host.load(handlerBundle(HELLO));
  const wave = () => Promise.all(Array.from({ length: BATCH }, () => host.invoke(handle, { event: EVENT })));
  for (let at = 0; at < 200; at++) await wave();
  const loneMs = [];
  for (let at = 0; at < 2_000; at++) loneMs.push((await host.invoke(handle, { event: EVENT })).answeredAfterMs);
  const cpuBefore = cpuSeconds(host.child.pid);
  const startedAt = performance.now();
  for (let sent = 0; sent < WARM_EVENTS; sent += BATCH) await wave();
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpu = cpuSeconds(host.child.pid) - cpuBefore;
  await host.stop();
  return {
    warmEventsPerSecond: Math.round(WARM_EVENTS / seconds),
    warmUsPerEvent: (seconds * 1e6) / WARM_EVENTS,
    warmHostCpuUsPerEvent: (cpu * 1e6) / WARM_EVENTS,
    loneP50Ms: percentile(loneMs, 0.5),
  };
}

function percentile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

function residentMb(pid) {
  return (Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4_096) / 1_048_576;
}

/** User and system time of the process; the kernel counts in 1/100 s. */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(await measureHost(), null, 2));
