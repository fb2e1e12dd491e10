import { type QuotaSettings } from '@sluice/contracts';

const DAY_MS = 86_400_000;
/** 1970-01-01 was a Thursday; weeks begin on Sunday. */
const FIRST_SUNDAY_MS = 3 * DAY_MS;

/** Starts of four periods in a row, UTC; the second is the present one's, so the third is where it ends. */
export type PeriodStarts = readonly [number, number, number, number];

/**
 * The periods around a time. `offset` is what AWS accepts: days after the natural start, none for a DAY, 0 to 6 for a WEEK (0 = Sunday),
 * 0 to 27 for a MONTH (0 = the first).
 * Four, because the gateway's clock may differ from the store's, which decides: near a change of period either side may be the present one.
 */
export function periodStarts(
  { period, offset }: Pick<QuotaSettings, 'period' | 'offset'>,
  nowMs: number,
): PeriodStarts {
  const index = periodIndex(period, nowMs - offset * DAY_MS);
  const start = (steps: number): number => startOfPeriod(period, index + steps) + offset * DAY_MS;
  return [start(-1), start(0), start(1), start(2)];
}

/** Days since 1970, UTC. */
export function dayOf(epochMs: number): number {
  return Math.floor(epochMs / DAY_MS);
}

export function startOfDay(day: number): number {
  return day * DAY_MS;
}

function periodIndex(period: QuotaSettings['period'], epochMs: number): number {
  if (period === 'DAY') return dayOf(epochMs);
  if (period === 'WEEK') return Math.floor((epochMs - FIRST_SUNDAY_MS) / (7 * DAY_MS));
  const date = new Date(epochMs);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

function startOfPeriod(period: QuotaSettings['period'], index: number): number {
  if (period === 'DAY') return startOfDay(index);
  if (period === 'WEEK') return FIRST_SUNDAY_MS + index * 7 * DAY_MS;
  return Date.UTC(1970, index);
}
