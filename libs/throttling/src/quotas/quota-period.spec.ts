import { periodStarts } from './quota-period';

const at = (text: string): number => Date.parse(text);
const starts = (period: 'DAY' | 'WEEK' | 'MONTH', offset: number, now: string): string[] =>
  periodStarts({ period, offset }, at(now)).map((start) => new Date(start).toISOString().slice(0, 16));

test.each([
  ['DAY', 0, '2026-02-28T23:59:59.999Z', ['2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02']],
  ['WEEK', 0, '2026-11-23T12:00:00Z', ['2026-11-15', '2026-11-22', '2026-11-29', '2026-12-06']],
  ['WEEK', 0, '2026-11-22T00:00:00Z', ['2026-11-15', '2026-11-22', '2026-11-29', '2026-12-06']],
  ['WEEK', 1, '2026-11-22T23:59:59Z', ['2026-11-09', '2026-11-16', '2026-11-23', '2026-11-30']],
  ['MONTH', 0, '2026-01-01T00:00:00Z', ['2025-12-01', '2026-01-01', '2026-02-01', '2026-03-01']],
  ['MONTH', 14, '2026-03-14T23:59:59Z', ['2026-01-15', '2026-02-15', '2026-03-15', '2026-04-15']],
  ['MONTH', 27, '2028-02-28T00:00:00Z', ['2028-01-28', '2028-02-28', '2028-03-28', '2028-04-28']],
] as const)('%s with offset %i at %s', (period, offset, now, expected) => {
  expect(starts(period, offset, now)).toEqual(expected.map((day) => `${day}T00:00`));
});

test('every moment of five years is in exactly the period that is called the present one', () => {
  for (const [period, offset] of [
    ['DAY', 0],
    ['WEEK', 3],
    ['MONTH', 20],
  ] as const) {
    let end = periodStarts({ period, offset }, at('2024-01-01T00:00:00Z'))[2];
    for (let hours = 0; hours < 5 * 366 * 24; hours += 5) {
      const now = at('2024-01-01T00:00:00Z') + hours * 3_600_000;
      const [, start, next] = periodStarts({ period, offset }, now);
      expect(start <= now && now < next).toBe(true);
      if (next !== end) expect(start).toBe(end);
      end = next;
    }
  }
});
