import { type PriceTier } from '@sluice/contracts';

/**
 * What so many requests of one calendar month cost under tiered prices, in micro-dollars, rounded down. Whole numbers throughout, no
 * floating point. The cost of some of the month's requests is the difference of two such sums, so parts always add up to the whole.
 */
export function priceOf(requests: number, tiers: readonly PriceTier[]): bigint {
  let sum = 0n;
  let from = 0n;
  const total = BigInt(requests);
  for (const { upToRequests, microDollarsPerMillion } of tiers) {
    const to = upToRequests === null ? total : min(total, BigInt(upToRequests));
    if (to > from) sum += (to - from) * BigInt(microDollarsPerMillion);
    from = to > from ? to : from;
  }
  return sum / 1_000_000n;
}

/** Micro-dollars as dollars with six decimals: `0.003500`. */
export function dollarsText(microDollars: bigint): string {
  const digits = microDollars.toString().padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
