import { DEFAULT_PRICE_TIERS, type PriceTier } from '@sluice/contracts';
import { dayOf } from '../quotas/quota-period';
import { dollarsText, priceOf } from './price';
import { dayText, firstDayOfMonth, usageReport } from './usage-report';
import { type UsageEntry } from './usage-reader';

const day = (text: string): number => dayOf(Date.parse(`${text}T00:00:00Z`));
const entry = (date: string, apiKeyId: string, requests: number, planName = 'p', apiName = 'a'): UsageEntry => ({
  day: day(date),
  planName,
  apiKeyId,
  apiName,
  requests,
});
const noOwnPrices = (): undefined => undefined;

test('days, keys and APIs are added up by what is asked for, and the parts always cost as much as the whole', () => {
  const entries = [
    entry('2026-11-02', 'k2', 3),
    entry('2026-11-01', 'k1', 1),
    entry('2026-11-01', 'k2', 3, 'p', 'b'),
    entry('2026-11-02', 'k1', 332_999_990),
    entry('2026-11-03', 'k1', 20),
  ];
  const total = priceOf(333_000_017, DEFAULT_PRICE_TIERS);
  for (const groups of [[], ['day'], ['key'], ['api'], ['key', 'api', 'day']] as const) {
    const rows = usageReport(entries, day('2026-11-01'), groups, noOwnPrices);
    expect(rows.reduce((sum, row) => sum + row.requests, 0)).toBe(333_000_017);
    expect(rows.reduce((sum, row) => sum + row.costMicroDollars, 0n)).toBe(total);
  }
  const [firstDay] = usageReport(entries, day('2026-11-01'), ['day'], noOwnPrices);
  expect(firstDay).toEqual({ day: '2026-11-01', requests: 4, costMicroDollars: 14n });
});

test('tiers go on from the beginning of the month, and begin anew with the next', () => {
  const entries = [
    entry('2026-10-31', 'k', 1_000_000),
    entry('2026-11-01', 'k', 333_000_000),
    entry('2026-11-15', 'k', 1_000_000),
    entry('2026-12-01', 'k', 1_000_000),
  ];
  const rows = usageReport(entries, day('2026-11-10'), ['day'], noOwnPrices);
  expect(rows.map((row) => [row.day, dollarsText(row.costMicroDollars)])).toEqual([
    ['2026-11-15', '2.800000'],
    ['2026-12-01', '3.500000'],
  ]);
});

test('each plan has its own prices and its own month', () => {
  const free: readonly PriceTier[] = [{ upToRequests: null, microDollarsPerMillion: 0 }];
  const entries = [entry('2026-11-01', 'k', 1_000_000, 'free'), entry('2026-11-01', 'k', 1_000_000, 'paid')];
  const rows = usageReport(entries, day('2026-11-01'), ['plan'], (plan) => (plan === 'free' ? free : undefined));
  expect(rows.map((row) => [row.plan, row.costMicroDollars])).toEqual([
    ['free', 0n],
    ['paid', 3_500_000n],
  ]);
});

test('days and months are those of UTC', () => {
  expect(dayText(day('2026-02-28') + 1)).toBe('2026-03-01');
  expect(dayText(firstDayOfMonth(day('2028-02-29')))).toBe('2028-02-01');
});
