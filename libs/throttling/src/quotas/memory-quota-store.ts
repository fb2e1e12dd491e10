import { type Quota } from './quota';
import { type CountEntry, type PercentListener, type QuotaStore } from './quota-store';

interface Counted {
  start: number;
  used: number;
  percent: number;
}

/** Counts for this process alone, on its own clock. */
export class MemoryQuotaStore implements QuotaStore {
  private readonly counted = new Map<string, Counted>();

  constructor(
    private readonly options: {
      readonly nowMs: () => number;
      readonly epochMs: () => number;
      readonly onPercent: PercentListener;
    },
  ) {}

  async count(entries: readonly CountEntry[]): Promise<readonly number[]> {
    return entries.map((entry) => (entry.use.quota === null ? entry.requests : this.countOne(entry, entry.use.quota)));
  }

  private countOne({ requests, served }: CountEntry, quota: Quota): number {
    const { nowMs, epochMs, onPercent } = this.options;
    const [, start, ends] = quota.periodsAt(epochMs());
    let state = this.counted.get(quota.key);
    if (state?.start !== start) this.counted.set(quota.key, (state = { start, used: 0, percent: 0 }));
    const { limit } = quota.settings;
    const taken = served ? requests : Math.max(0, Math.min(requests, limit - state.used));
    state.used += taken;
    const before = state.percent;
    if (taken > 0) state.percent = Math.max(before, Math.floor((state.used * 100) / limit));
    quota.learn({ used: state.used, limit, resetInMs: ends - epochMs() }, taken < requests, nowMs());
    if (state.percent > before) onPercent(quota, before, state.percent);
    return taken;
  }
}
