import { LIMITS, type CacheFlush, type CacheFlushRecord } from '@sluice/contracts';
import { type CacheScope } from './key/cache-key';

export const NO_FLUSHES: CacheFlushRecord = { schema: 1, sequence: 0, voidBelow: 0, flushes: [] };

/** No kept answer is older, so no flush matters for longer. */
const ANSWER_LIFE_MS_MAX = 2 * LIMITS.cacheTtlSecondsMax * 1_000;
/** The clocks of two gateways may differ by this much. */
const CLOCK_DIFFERENCE_MS_MAX = 600_000;

/** The record with one more flush. Flushes that no answer can be older than are dropped; too many become one that flushes everything before. */
export function withFlush(record: CacheFlushRecord, flush: CacheFlush, nowMs: number): CacheFlushRecord {
  const sequence = record.sequence + 1;
  const recent = record.flushes.filter(({ atMs }) => nowMs - atMs < ANSWER_LIFE_MS_MAX + CLOCK_DIFFERENCE_MS_MAX);
  const flushes = [...recent, { ...flush, sequence, atMs: nowMs }];
  const surplus = flushes.splice(0, Math.max(0, flushes.length - LIMITS.cacheFlushesKeptMax));
  return { schema: 1, sequence, voidBelow: Math.max(record.voidBelow, surplus.at(-1)?.sequence ?? 0), flushes };
}

/** Whether a flush made an answer void. `sequence` is the newest flush that the answer's fetch knew of. */
export function isFlushed(
  { voidBelow, flushes, sequence: newest }: CacheFlushRecord,
  scope: CacheScope,
  tags: readonly string[],
  sequence: number,
): boolean {
  if (sequence >= newest) return false;
  if (sequence < voidBelow) return true;
  return flushes.some((flush) => flush.sequence > sequence && names(flush, scope, tags));
}

/** Whether an answer that is being fetched, whose tags nobody knows yet, may be one that a flush names. */
export function mayBeFlushed(record: CacheFlushRecord, scope: CacheScope, sequence: number): boolean {
  if (sequence >= record.sequence) return false;
  return (
    sequence < record.voidBelow ||
    record.flushes.some(
      (flush) => flush.sequence > sequence && names(flush, scope, flush.tag === undefined ? [] : [flush.tag]),
    )
  );
}

function names(flush: CacheFlush, { api, stage, route }: CacheScope, tags: readonly string[]): boolean {
  return (
    flush.api === api &&
    flush.stage === stage &&
    (flush.route === undefined || flush.route === route) &&
    (flush.tag === undefined || tags.includes(flush.tag))
  );
}
