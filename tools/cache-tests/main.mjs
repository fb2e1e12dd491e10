/**
 * `npm run cache-tests [-- --only ID,…]`: the published tests for HTTP caches against a cached http-proxy route of a platform of its own.
 * One line per test, counts last; exit code 0 only when no required test failed.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ControlPlaneClient, expectStatus } from '../platform/control-plane-client.mjs';
import { startPlatform } from '../platform/start-platform.mjs';
import { startOrigin } from './origin.mjs';
import { plainFetch } from './plain-fetch.mjs';
import { loadTestPackage } from './test-package.mjs';
import { judge } from './verdicts.mjs';

/** Asks for whatever it can: the tests themselves say what is kept and for how long. */
const TTL_SECONDS = 3_600;
const AT_ONCE = 50;
/** Must be in the key to be seen, so they are no business of `forwardHeaders`. */
const KEYED = /^(authorization|cookie|host|range|if-.*)$/i;

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const {
  suites: allSuites,
  runTests,
  getResults,
  handlers,
} = await loadTestPackage(process.env.SLUICE_DATA_DIR ?? '.data');
const suites = chosen(allSuites, values.only?.split(','));
const origin = await startOrigin(handlers);
const platform = await startPlatform({ env: { SLUICE_EGRESS_ALLOW: origin.host } });
try {
  await exposeOrigin();
  const publicUrl = platform.publicUrl.replace(/\/$/, '');
  // The tests' own questions go to the origin, what they test goes through the cache.
  const route = (url) =>
    url.replace('http://cache', url.startsWith('http://cache/test/') ? publicUrl : `http://${origin.host}`);
  await runTests(suites, plainFetch(route), false, 'http://cache', AT_ONCE);
  process.exitCode = report(judge(suites, getResults())) ? 0 : 1;
} finally {
  origin.close();
  await platform.stop();
}

/** The API is called as the tests' paths begin, so that what the origin says of its own URLs is true here. */
async function exposeOrigin() {
  const controlPlane = new ControlPlaneClient({ adminUrl: platform.adminUrl, ...platform.rootKey });
  const integration = { type: 'http-proxy', url: `http://${origin.host}/test/{path}` };
  const put = await controlPlane.putApi('test', {
    cache: { ttlSeconds: TTL_SECONDS, forwardHeaders: headersOfTests() },
    routes: [{ route: 'ANY /{path+}', integration }],
  });
  expectStatus(put, 'the API of the tests', 201);
}

/** Every header a test sends, and those its client adds: the origin tells requests apart by them. */
function headersOfTests() {
  const names = new Set(['req-num', 'test-id', 'test-name']);
  for (const { tests } of suites)
    for (const { requests } of tests)
      for (const { request_headers: headers = [] } of requests)
        for (const [name] of headers) names.add(name.toLowerCase());
  return [...names].filter((name) => !KEYED.test(name));
}

function chosen(all, only) {
  if (only === undefined) return all;
  return all.map((suite) => ({ ...suite, tests: suite.tests.filter(({ id }) => only.includes(id)) }));
}

/** @returns whether no required test failed */
function report(judged) {
  for (const { suite, id, kind, verdict, detail } of judged)
    console.log(`${verdict.padEnd(14)} ${kind.padEnd(8)} ${join(suite, id)}${detail === '' ? '' : `: ${detail}`}`);
  const count = (kind, verdict) => judged.filter((test) => test.kind === kind && test.verdict === verdict).length;
  for (const kind of ['check', 'optimal', 'required']) {
    const counts = ['passed', 'failed', 'not applicable'].map((verdict) => `${count(kind, verdict)} ${verdict}`);
    console.log(`${kind}: ${counts.join(', ')}`);
  }
  return count('required', 'failed') === 0;
}
