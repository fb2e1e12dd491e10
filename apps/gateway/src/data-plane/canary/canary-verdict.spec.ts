import { type CanaryAbortSettings } from '@sluice/contracts';
import { canaryVerdict } from './canary-verdict';
import { p99Ms, VariantCounts, type VariantWindow } from './variant-counts';

function windowOf(
  requests: number,
  errors: number,
  latencyMs: number,
  slow: { count: number; ms: number } = { count: 0, ms: 0 },
): VariantWindow {
  const counts = new VariantCounts();
  for (let index = 0; index < requests; index++)
    counts.record(index < errors ? 502 : 200, index < slow.count ? slow.ms : latencyMs);
  const fields = counts.take('');
  const latencies = new Map<number, number>();
  for (let at = 0; at < fields.length; at += 2) {
    const field = String(fields[at]);
    if (field.startsWith('l')) latencies.set(Number(field.slice(1)), Number(fields[at + 1]));
  }
  return { requests, errors, latencies };
}

const settings = (rules: Partial<CanaryAbortSettings>): CanaryAbortSettings => ({
  minimumRequests: 20,
  windowSeconds: 15,
  ...rules,
});

describe('a canary ends', () => {
  test.each<[string, Partial<CanaryAbortSettings>, VariantWindow, VariantWindow, string]>([
    [
      'by its error rate',
      { errorPercent: 5 },
      windowOf(100, 6, 1),
      windowOf(0, 0, 1),
      '6 of 100 requests to the canary (6 %)',
    ],
    [
      'by more errors than the stage',
      { errorPercentOverBase: 5 },
      windowOf(100, 16, 1),
      windowOf(100, 10, 1),
      'own 10 %',
    ],
    ['by its p99', { p99Ms: 200 }, windowOf(100, 0, 10, { count: 2, ms: 500 }), windowOf(0, 0, 1), 'p99 was 5'],
    [
      'by a p99 times the stage’s',
      { p99TimesBase: 2 },
      windowOf(100, 0, 50),
      windowOf(100, 0, 10),
      "the stage's own 10",
    ],
  ])('%s, and the reason has the figures', (_how, rules, canary, base, reason) => {
    expect(canaryVerdict(canary, base, settings(rules))).toContain(reason);
  });
});

describe('a canary goes on', () => {
  test.each<[string, Partial<CanaryAbortSettings>, VariantWindow, VariantWindow]>([
    ['with errors up to the limit', { errorPercent: 5 }, windowOf(100, 5, 1), windowOf(0, 0, 1)],
    ['with too few requests to tell', { errorPercent: 5 }, windowOf(19, 19, 1), windowOf(100, 0, 1)],
    [
      'when the stage itself has as many errors',
      { errorPercentOverBase: 5 },
      windowOf(100, 50, 1),
      windowOf(100, 48, 1),
    ],
    [
      'when there is nothing to compare with',
      { p99TimesBase: 2, errorPercentOverBase: 1 },
      windowOf(100, 100, 500),
      windowOf(19, 0, 1),
    ],
    [
      'when one request in a hundred is slow',
      { p99Ms: 200 },
      windowOf(100, 0, 10, { count: 1, ms: 900 }),
      windowOf(0, 0, 1),
    ],
  ])('%s', (_how, rules, canary, base) => {
    expect(canaryVerdict(canary, base, settings(rules))).toBeNull();
  });
});

test('a p99 from buckets is at most 5 % too high and never too low', () => {
  for (const ms of [0.1, 0.7, 3, 42, 999, 30_000]) {
    const measured = p99Ms(windowOf(50, 0, ms));
    expect(measured).toBeGreaterThanOrEqual(ms * 0.999_999);
    expect(measured).toBeLessThanOrEqual(ms * 1.051);
  }
});
