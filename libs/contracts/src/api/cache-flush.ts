/** What a flush makes void: a stage's kept answers, or those of one route, or those a function gave one tag. */
export interface CacheFlush {
  readonly api: string;
  readonly stage: string;
  /** A route key. */
  readonly route?: string;
  readonly tag?: string;
}

/**
 * The flushes that matter, oldest first. An answer remembers the newest sequence its fetch knew of; a flush with a later one that names it makes it
 * void wherever it is kept.
 */
export interface CacheFlushRecord {
  readonly schema: 1;
  /** Of the newest flush. */
  readonly sequence: number;
  /** Whatever has a lower sequence is void: how more flushes than are kept are kept. */
  readonly voidBelow: number;
  readonly flushes: readonly (CacheFlush & { readonly sequence: number; readonly atMs: number })[];
}
