import { pathToFileURL } from 'node:url';
import routing from '../dist/index.js';

/**
 * Nanoseconds per match among 10 and among 10,000 routes, measured in turn in one process. Both tables get ten different
 * requests, one for each kind of route, so the ratio is that of the matcher. `nsSpread` is the same large table when all of
 * its 10,000 routes are requested one after another, which adds what the processor's cache cannot hold.
 */
export function measureMatch({ rounds = 15, matchesPerRound = 200_000 } = {}) {
  const scenarios = [scenario(10, 10), scenario(10_000, 10), scenario(10_000, 10_000)];
  const samples = scenarios.map(() => []);
  // The first rounds are warm-up.
  for (let round = -3; round < rounds; round++) {
    scenarios.forEach((each, i) => {
      const ns = nsPerMatch(each, matchesPerRound);
      if (round >= 0) samples[i].push(ns);
    });
  }
  const [ns10, ns10000, nsSpread] = samples.map(median);
  return { ns10, ns10000, nsSpread, ratio: ns10000 / ns10 };
}

/** Of ten routes one is greedy, three are static and the others have one or two variables. */
function scenario(routeCount, requestCount) {
  const routes = Array.from({ length: routeCount }, (_, i) => {
    const kind = i % 10;
    if (kind === 0) return `ANY /team-${i}/files/{path+}`;
    if (kind < 4) return `GET /team-${i}/settings/profile`;
    if (kind < 8) return `GET /team-${i}/orders/{orderId}`;
    return `GET /team-${i}/orders/{orderId}/lines/{lineId}`;
  });
  const table = routing.compileRoutes(
    routes.map((route) => ({ route })),
    { style: 'http' },
  );
  const paths = Array.from({ length: requestCount }, (_, i) => {
    // Spread over the table, every kind as often as the others.
    const route = routes[Math.floor(((i / 10) * routeCount) / requestCount) * 10 + (i % 10)];
    const pattern = route.slice(route.indexOf(' ') + 1);
    return pattern.replaceAll(/\{[^}]*\}/g, (name) => (name.endsWith('+}') ? `a/b/${i}` : `id-${i}`));
  });
  return { table, paths };
}

function nsPerMatch({ table, paths }, matches) {
  let missed = 0;
  const startNs = process.hrtime.bigint();
  for (let i = 0; i < matches; i++) {
    if (!table.match('GET', paths[i % paths.length]).matched) missed++;
  }
  const elapsedNs = Number(process.hrtime.bigint() - startNs);
  if (missed > 0) throw new Error(`${missed} of ${matches} paths did not match`);
  return elapsedNs / matches;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { ns10, ns10000, nsSpread, ratio } = measureMatch();
  console.log(
    `route match: ${ns10.toFixed(0)} ns among 10, ${ns10000.toFixed(0)} ns among 10,000, ratio ${ratio.toFixed(2)}; ` +
      `${nsSpread.toFixed(0)} ns when all 10,000 are requested in turn`,
  );
}
