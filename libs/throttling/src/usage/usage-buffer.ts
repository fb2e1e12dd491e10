import { type StoreCircuit } from '@sluice/redis';
import { type PlanUse, type QuotaStore } from '../quotas/quota-store';

const FLUSH_INTERVAL_MS = 1_000;
/** Entries per script call. */
const ENTRIES_PER_CALL = 512;

/**
 * Counts requests that need not wait for the store: those of plans without a quota, and those served while it was away.
 * Written once a second. A write whose answer never came is not repeated: nobody is billed twice; a gateway that is killed loses
 * what it counted in its last second.
 */
export class UsageBuffer {
  private counts = new Map<PlanUse, number>();
  private timer: NodeJS.Timeout | null = null;
  private flushing: Promise<void> | null = null;

  constructor(
    private readonly store: QuotaStore,
    private readonly circuit: StoreCircuit,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_INTERVAL_MS);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.flush();
  }

  add(use: PlanUse): void {
    this.counts.set(use, (this.counts.get(use) ?? 0) + 1);
  }

  /** Writes what is counted up to now; while the store is away it is kept for later. */
  async flush(): Promise<void> {
    await this.flushing;
    this.flushing = this.write().finally(() => (this.flushing = null));
    await this.flushing;
  }

  private async write(): Promise<void> {
    while (this.counts.size > 0 && !this.circuit.isOpen) {
      const uses = [...this.counts].slice(0, ENTRIES_PER_CALL);
      for (const [use] of uses) this.counts.delete(use);
      const entries = uses.map(([use, requests]) => ({ use, requests, served: true }));
      await this.circuit.run(() => this.store.count(entries)).catch(() => undefined); // the circuit has reported it
    }
  }
}
