import { DEFAULT_PRICE_TIERS, type PriceTier } from '@sluice/contracts';
import { startOfDay } from '../quotas/quota-period';
import { priceOf } from './price';
import { type UsageEntry } from './usage-reader';

export const USAGE_GROUPS = ['plan', 'key', 'api', 'day'] as const;
export type UsageGroup = (typeof USAGE_GROUPS)[number];

/** One line of a report: the groups that were asked for, and what they add up to. */
export interface UsageRow {
  readonly plan?: string;
  readonly key?: string;
  readonly api?: string;
  /** `2026-11-23` */
  readonly day?: string;
  readonly requests: number;
  readonly costMicroDollars: bigint;
}

/**
 * Adds usage up by the groups asked for, with its cost. Tiers count the requests of a plan in a calendar month (UTC) in the order of
 * days, then keys, then APIs; `entries` must begin with the first day of the month of `fromDay`, for that is where its tiers begin.
 */
export function usageReport(
  entries: readonly UsageEntry[],
  fromDay: number,
  groupBy: readonly UsageGroup[],
  tiersOf: (planName: string) => readonly PriceTier[] | undefined,
): UsageRow[] {
  const rows = new Map<
    string,
    { row: Omit<UsageRow, 'requests' | 'costMicroDollars'>; requests: number; cost: bigint }
  >();
  const before = new Map<string, number>();
  for (const entry of [...entries].sort(inOrder)) {
    const tiers = tiersOf(entry.planName) ?? DEFAULT_PRICE_TIERS;
    const month = `${dayText(entry.day).slice(0, 7)}/${entry.planName}`;
    const earlier = before.get(month) ?? 0;
    before.set(month, earlier + entry.requests);
    if (entry.day < fromDay) continue;
    const row = Object.fromEntries(groupBy.map((group) => [group, GROUP_TEXT[group](entry)]));
    const name = JSON.stringify(row);
    const sum = rows.get(name) ?? { row, requests: 0, cost: 0n };
    sum.requests += entry.requests;
    sum.cost += priceOf(earlier + entry.requests, tiers) - priceOf(earlier, tiers);
    rows.set(name, sum);
  }
  return [...rows.values()].map(({ row, requests, cost }) => ({ ...row, requests, costMicroDollars: cost }));
}

/** `2026-11-23` */
export function dayText(day: number): string {
  return new Date(startOfDay(day)).toISOString().slice(0, 10);
}

/** The first day of the calendar month that a day is in. */
export function firstDayOfMonth(day: number): number {
  return day - (new Date(startOfDay(day)).getUTCDate() - 1);
}

const GROUP_TEXT: { readonly [G in UsageGroup]: (entry: UsageEntry) => string } = {
  plan: ({ planName }) => planName,
  key: ({ apiKeyId }) => apiKeyId,
  api: ({ apiName }) => apiName,
  day: ({ day }) => dayText(day),
};

function inOrder(a: UsageEntry, b: UsageEntry): number {
  return (
    a.day - b.day || compare(a.planName, b.planName) || compare(a.apiKeyId, b.apiKeyId) || compare(a.apiName, b.apiName)
  );
}

/** By code units: the same everywhere, whatever the locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
