import { type Quota } from './quota';

/** What a request is counted as: an API key's use of an API under a usage plan. One object per three of them. */
export interface PlanUse {
  readonly planName: string;
  readonly apiKeyId: string;
  readonly apiName: string;
  /** Null = the plan has none; the request is counted all the same. */
  readonly quota: Quota | null;
}

export interface CountEntry {
  readonly use: PlanUse;
  readonly requests: number;
  /** They were served already: count them whatever the limit. */
  readonly served: boolean;
}

/** Two readings of how much of a quota is used, in whole percent, before and after a count. */
export type PercentListener = (quota: Quota, beforePercent: number, afterPercent: number) => void;

/**
 * Where requests are counted. `quota-store.spec.ts` is what every store has to keep: a quota is never exceeded, not by one; what it refuses
 * is not counted; a period ends by the store's clock; every percent is reached once per period, whoever counts.
 */
export interface QuotaStore {
  /** How many requests of each entry were counted; the others are over the quota. Afterwards each quota knows its state. */
  count(entries: readonly CountEntry[]): Promise<readonly number[]>;
}
