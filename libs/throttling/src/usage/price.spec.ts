import { DEFAULT_PRICE_TIERS } from '@sluice/contracts';
import { dollarsText, priceOf } from './price';

const dollars = (requests: number): string => dollarsText(priceOf(requests, DEFAULT_PRICE_TIERS));

test.each([
  [0, '0.000000'],
  [1, '0.000003'],
  [2, '0.000007'],
  [1_000_000, '3.500000'],
  [333_000_000, '1165.500000'],
  [333_000_001, '1165.500002'],
  [1_000_000_000, '3033.100000'],
  [20_000_000_000, '48253.100000'],
  [21_000_000_000, '49763.100000'],
  // 1,165.50 + 1,867.60 + 45,220 + 980 billion at 1.51 per million: no digit is lost
  [1_000_000_000_000, '1528053.100000'],
])('%i requests of a month cost %s dollars at the default prices', (requests, expected) => {
  expect(dollars(requests)).toBe(expected);
});

test('a price of its own has its own tiers', () => {
  const tiers = [
    { upToRequests: 1_000, microDollarsPerMillion: 0 },
    { upToRequests: null, microDollarsPerMillion: 2_000_000 },
  ];
  expect(priceOf(1_000, tiers)).toBe(0n);
  expect(priceOf(1_003, tiers)).toBe(6n);
});
