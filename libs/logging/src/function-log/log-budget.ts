import { type Redis, type RedisKeys } from '@sluice/redis';
import { trimLog } from './append-log-block';

export interface LogBudgetOptions {
  /** Volatile role. */
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly writerId: string;
  /** All functions' logs together. */
  readonly bytesMax: number;
}

/**
 * Keeps the logs of all functions together within a budget: the largest are cut first, all to the same size, so a chatty
 * function never costs a quiet one its log. Run it every few seconds; runners that run it at the same time do no harm.
 */
export async function enforceLogBudget({ redis, keys, writerId, bytesMax }: LogBudgetOptions): Promise<void> {
  const sizes = await sizesLargestFirst(redis, keys);
  let total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  if (total <= bytesMax) return;
  const bytesKept = commonLimit(
    sizes.map(([, bytes]) => bytes),
    bytesMax,
  );
  for (const [functionName, bytes] of sizes) {
    if (total <= bytesMax) break;
    const left = await trimLog({ redis, keys, writerId, bytesKept }, functionName);
    total -= bytes - left;
    if (left === 0) await redis.zrem(keys.functionLogSizes(), functionName);
    else await redis.zadd(keys.functionLogSizes(), left, functionName);
  }
}

/** The size all larger logs are cut to so that the sum fits: filled like water from the smallest up. */
function commonLimit(sizesLargestFirst: readonly number[], bytesMax: number): number {
  let left = bytesMax;
  const ascending = [...sizesLargestFirst].reverse();
  for (const [index, size] of ascending.entries()) {
    const share = left / (ascending.length - index);
    if (size > share) return Math.floor(share);
    left -= size;
  }
  return bytesMax;
}

async function sizesLargestFirst(redis: Redis, keys: RedisKeys): Promise<[string, number][]> {
  const flat = await redis.zrange(keys.functionLogSizes(), '+inf', '-inf', 'BYSCORE', 'REV', 'WITHSCORES');
  const sizes: [string, number][] = [];
  for (let index = 0; index + 1 < flat.length; index += 2) sizes.push([String(flat[index]), Number(flat[index + 1])]);
  return sizes;
}
