import { LIMITS } from '@sluice/contracts';
import { LuaScript, type Redis, type RedisKeys } from '@sluice/redis';

export interface LogStore {
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly writerId: string;
  readonly bytesKept?: number;
  readonly secondsKept?: number;
}

export interface LogBlock {
  readonly sequence: number;
  readonly text: string;
  readonly records: number;
  readonly sampled: number;
  readonly sampledFromMs: number;
  readonly sampledToMs: number;
}

/** Appends the block, trims the function's log to its bounds, and remembers its size for the budget over all functions. */
export async function appendLogBlock(store: LogStore, functionName: string, block: LogBlock): Promise<void> {
  const { redis, keys, writerId, bytesKept = LIMITS.functionLogBytesKept } = store;
  const { sequence, records, sampled, sampledFromMs, sampledToMs, text } = block;
  const bytes = await APPEND.run(
    redis,
    [keys.functionLogs(functionName), keys.functionLogTotals(functionName)],
    [
      writerId,
      sequence,
      records,
      sampled,
      sampledFromMs,
      sampledToMs,
      text,
      bytesKept,
      store.secondsKept ?? LIMITS.functionLogSecondsKept,
    ],
  );
  // Only a hint for the budget: when it is lost the next block sets it again.
  redis.zadd(keys.functionLogSizes(), Number(bytes), functionName).catch(() => undefined);
}

/** Trims the function's log to `bytesKept`. Answers the bytes left. */
export async function trimLog(store: LogStore, functionName: string): Promise<number> {
  const {
    redis,
    keys,
    writerId,
    bytesKept = LIMITS.functionLogBytesKept,
    secondsKept = LIMITS.functionLogSecondsKept,
  } = store;
  const logKeys = [keys.functionLogs(functionName), keys.functionLogTotals(functionName)];
  let bytes = Infinity;
  for (;;) {
    const left = Number(await APPEND.run(redis, logKeys, [writerId, 0, 0, 0, 0, 0, '', bytesKept, secondsKept]));
    // One run trims a bounded number of blocks.
    if (left <= bytesKept || left >= bytes) return left;
    bytes = left;
  }
}

const APPEND = LuaScript.load(__dirname, 'append-log-block-2.lua');
