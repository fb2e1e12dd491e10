/**
 * Where the time of a request goes. A platform of its own, started with SLUICE_TRACE_STEPS=on, times each step of the request into the histogram
 * `sluice_step_seconds{step=}`; the figures are the difference of two scrapes around a load. Tracing costs time itself, so other sections run without it.
 */
import { deployHello } from './invoke.mjs';
import { generateLoad } from './load.mjs';

/** Histograms of /metrics to the name of the step they time: the step's own label, or what a histogram without one stands for. */
const HISTOGRAMS = {
  sluice_step_seconds: (labels) => /(?:^|,)step="([^"]*)"/.exec(labels)?.[1],
  sluice_queue_wait_seconds: (labels) =>
    labels.includes('function="bench-hello"') ? 'of it: queue, link, waiting' : undefined,
  sluice_invocation_seconds: (labels) =>
    labels.includes('function="bench-hello"') ? 'of it: handler in the sandbox' : undefined,
};

export async function benchSteps({ controlPlane, platform, print, secondsEach }) {
  const path = await deployHello(controlPlane);
  const port = Number(new URL(platform.publicUrl).port);
  await generateLoad({ port, path, connections: 64, seconds: 2 });
  for (const connections of [1, 64]) {
    const before = await scrape(platform.adminUrl);
    const load = await generateLoad({ port, path, connections, seconds: secondsEach });
    const after = await scrape(platform.adminUrl);
    const steps = [...after]
      .map(([step, now]) => difference(step, before.get(step), now))
      .filter((step) => step.count > 0);
    print(
      `  ${connections} connection${connections === 1 ? '' : 's'}: ${load.requests} requests, client p50 ${(load.p50Us / 1000).toFixed(2)} ms`,
    );
    if (steps.length === 0) print('    /metrics has no step times');
    for (const { step, count, meanUs, p50Us, p99Us } of steps)
      print(
        `    ${step.padEnd(30)} mean ${meanUs.toFixed(1).padStart(8)} µs   p50 ≤ ${p50Us.toFixed(0).padStart(6)} µs   p99 ≤ ${p99Us.toFixed(0).padStart(7)} µs   ${count} times`,
      );
  }
}

/** @returns Map of step to `{ sum, count, buckets: [[le, cumulative]] }` in the order of the exposition. */
async function scrape(adminUrl) {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  const steps = new Map();
  for (const [metric, stepOf] of Object.entries(HISTOGRAMS))
    for (const [, kind, labels, value] of text.matchAll(
      new RegExp(`^${metric}_(sum|count|bucket)\\{([^}]*)\\} (\\S+)`, 'gm'),
    )) {
      const step = stepOf(labels);
      if (step === undefined) continue;
      if (!steps.has(step)) steps.set(step, { sum: 0, count: 0, buckets: [] });
      const entry = steps.get(step);
      if (kind === 'bucket') {
        const bound = /(?:^|,)le="([^"]*)"/.exec(labels)?.[1];
        entry.buckets.push([bound === '+Inf' ? Infinity : Number(bound), Number(value)]);
      } else entry[kind] = Number(value);
    }
  return steps;
}

function difference(step, before = { sum: 0, count: 0, buckets: [] }, after) {
  const count = after.count - before.count;
  const at = (share) =>
    (after.buckets.find(([, total], index) => total - (before.buckets[index]?.[1] ?? 0) >= count * share)?.[0] ?? NaN) *
    1e6;
  return { step, count, meanUs: ((after.sum - before.sum) / count) * 1e6, p50Us: at(0.5), p99Us: at(0.99) };
}
