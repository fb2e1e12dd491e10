/**
 * What each feature of the gateway costs: one cached function route, then the same route with one feature more at a time, beside a bare node:http
 * server, in interleaved rounds. Every rung has a route of its own in one API, so that all are measured in the same platform at the same time.
 */
import aws4 from 'aws4';
import { expectStatus } from '../platform/control-plane-client.mjs';
import { HELLO_SOURCE } from './invoke.mjs';
import { generateLoad, median, startBareServer } from './load.mjs';

const CONNECTIONS = 64;
const WARM_UP_SECONDS = 3;
const CACHE = { cache: { ttlSeconds: 3_600 } };
const UNREACHED = { rate: 1_000_000, burst: 1_000_000 };

/** Each rung adds its settings to those of the rungs before it. */
const RUNGS = [
  { name: 'cache', settings: CACHE },
  { name: '+ route throttle', settings: { throttle: UNREACHED } },
  { name: '+ usage plan', settings: { apiKeyRequired: true } },
  { name: '+ IAM', settings: { authorization: 'IAM' } },
];

export async function benchFeatures({ controlPlane, platform, print, rounds, secondsEach }) {
  const port = Number(new URL(platform.publicUrl).port);
  const targets = await deployRungs(controlPlane, platform.rootKey, port);
  const bare = await startBareServer();
  try {
    targets.unshift({ name: 'bare node:http', port: bare.port, path: '/bench-features/0' });
    for (const { port, path, headers } of targets)
      await generateLoad({ port, path, headers, connections: CONNECTIONS, seconds: WARM_UP_SECONDS });
    const rows = [];
    for (let round = 0; round < rounds; round++)
      for (const target of targets) {
        const { port, path, headers } = target;
        const load = await generateLoad({ port, path, headers, connections: CONNECTIONS, seconds: secondsEach });
        rows.push({ target, ...load });
      }
    return report(targets, rows, print);
  } finally {
    bare.stop();
  }
}

async function deployRungs(controlPlane, rootKey, port) {
  expectStatus(await controlPlane.putFunction('bench-features', HELLO_SOURCE), 'the upload', 200, 201);
  const routes = RUNGS.map((_, index) => ({
    route: `GET /${index}`,
    integration: { type: 'function', function: 'bench-features' },
    ...Object.assign({}, ...RUNGS.slice(0, index + 1).map(({ settings }) => settings)),
  }));
  expectStatus(await controlPlane.putApi('bench-features', { routes }), 'the routes', 200, 201);
  const apiKey = await createApiKey(controlPlane);
  return RUNGS.map(({ name }, index) => {
    const path = `/bench-features/${index}`;
    const { apiKeyRequired, authorization } = routes[index];
    const headers = {
      ...(apiKeyRequired ? { 'x-api-key': apiKey } : {}),
      ...(authorization === 'IAM' ? signedHeaders(path, port, rootKey) : {}),
    };
    return { name, port, path, headers };
  });
}

async function createApiKey(controlPlane) {
  const plan = {
    throttle: UNREACHED,
    quota: { limit: 1_000_000_000, period: 'MONTH' },
    stages: [{ api: 'bench-features', stage: '$default' }],
  };
  expectStatus(await controlPlane.putUsagePlan('bench-features', plan), 'the usage plan', 200, 201);
  const key = await controlPlane.createApiKey({ name: 'bench-features', usagePlans: ['bench-features'] });
  return expectStatus(key, 'the API key', 201).body.value;
}

/** Headers of a signature that holds for five minutes: the load sends the same request again and again. */
function signedHeaders(path, port, { accessKeyId, secretAccessKey }) {
  const request = { host: `127.0.0.1:${port}`, path, service: 'execute-api', region: 'us-east-1', headers: {} };
  const headers = { ...aws4.sign(request, { accessKeyId, secretAccessKey }).headers };
  delete headers.Host; // the load generator sends its own
  return headers;
}

function report(targets, rows, print) {
  let failed = 0;
  let before = null;
  let bareMicroseconds = NaN;
  print(`  ${'64 connections'.padEnd(20)}   req/s    / bare   µs per request   added   p99 ms   errors`);
  for (const target of targets) {
    const own = rows.filter((row) => row.target === target);
    const perSecond = median(own.map((row) => row.requests / row.seconds));
    const microseconds = 1e6 / perSecond;
    const errors = own.reduce((sum, row) => sum + row.errors, 0);
    failed += errors;
    if (before === null) bareMicroseconds = microseconds;
    const added = before === null ? '' : (microseconds - before).toFixed(1);
    print(
      `    ${target.name.padEnd(18)}${perSecond.toFixed(0).padStart(8)}${(bareMicroseconds / microseconds).toFixed(2).padStart(10)}` +
        `${microseconds.toFixed(1).padStart(17)}${added.padStart(8)}${(median(own.map((row) => row.p99Us)) / 1000).toFixed(2).padStart(9)}${String(errors).padStart(9)}`,
    );
    before = microseconds;
  }
  return failed === 0;
}
