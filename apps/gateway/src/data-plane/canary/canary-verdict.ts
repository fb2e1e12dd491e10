import { type CanaryAbortSettings } from '@sluice/contracts';
import { p99Ms, type VariantWindow } from './variant-counts';

/** Why a canary must end now, in a sentence with the figures; null = it may go on, or there are too few requests to tell. */
export function canaryVerdict(
  canary: VariantWindow,
  base: VariantWindow,
  settings: CanaryAbortSettings,
): string | null {
  const { minimumRequests, windowSeconds } = settings;
  if (canary.requests < minimumRequests) return null;
  const window = `in the last ${windowSeconds} s`;
  const errors = errorPercent(canary);
  const share = `${canary.errors} of ${canary.requests} requests to the canary (${shown(errors)} %) were answered 5xx ${window}`;
  if (settings.errorPercent !== undefined && errors > settings.errorPercent) {
    return `${share}; ${settings.errorPercent} % are allowed.`;
  }
  const slowest = p99Ms(canary);
  const slow = `The canary's p99 was ${shown(slowest)} ms ${window}`;
  if (settings.p99Ms !== undefined && slowest > settings.p99Ms) return `${slow}; ${settings.p99Ms} ms are allowed.`;
  // A stage that hardly anybody calls is nothing to compare with.
  if (base.requests < minimumRequests) return null;
  const baseErrors = errorPercent(base);
  const { errorPercentOverBase, p99TimesBase } = settings;
  if (errorPercentOverBase !== undefined && errors - baseErrors > errorPercentOverBase) {
    return `${share}, of the stage's own ${shown(baseErrors)} %; ${errorPercentOverBase} percentage points more are allowed.`;
  }
  const baseSlowest = p99Ms(base);
  if (p99TimesBase !== undefined && slowest > baseSlowest * p99TimesBase) {
    return `${slow}, the stage's own ${shown(baseSlowest)} ms; ${p99TimesBase} times that is allowed.`;
  }
  return null;
}

function errorPercent({ requests, errors }: VariantWindow): number {
  return (errors / requests) * 100;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(3)));
}
