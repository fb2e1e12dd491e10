import { StoreAway, type StoreCircuit } from '@sluice/redis';
import { type WithoutStore } from '../buckets/rate-gate';
import { TickBatcher } from '../tick-batcher';
import { type UsageBuffer } from '../usage/usage-buffer';
import { type PlanUse, type QuotaStore } from './quota-store';

export interface QuotaGateOptions {
  readonly store: QuotaStore;
  readonly circuit: StoreCircuit;
  readonly usage: UsageBuffer;
  readonly withoutStore: WithoutStore;
  readonly nowMs: () => number;
}

interface Waiting {
  readonly use: PlanUse;
  readonly settle: (counted: boolean) => void;
  readonly fail: (error: StoreAway) => void;
}

const REQUESTS_PER_CALL = 512;

/** Counts requests in their quotas, those of one turn of the event loop together. */
export class QuotaGate {
  private readonly batcher = new TickBatcher<Waiting>((items) => this.countAll(items), REQUESTS_PER_CALL);

  constructor(private readonly options: QuotaGateOptions) {}

  /** Counts a request of a plan without a quota; nobody has to be asked. */
  countUse(use: PlanUse): void {
    this.options.usage.add(use);
  }

  /**
   * True = counted, the request may go on; false = over the quota and not counted.
   * Rejects with StoreAway when the store is away and nothing passes without it.
   */
  async count(use: PlanUse): Promise<boolean> {
    return new Promise((settle, fail) => this.batcher.add({ use, settle, fail }));
  }

  private async countAll(items: readonly Waiting[]): Promise<void> {
    const { circuit, store, withoutStore } = this.options;
    const waiting = new Map<PlanUse, Waiting[]>();
    for (const item of items) {
      const group = waiting.get(item.use);
      if (group === undefined) waiting.set(item.use, [item]);
      else group.push(item);
    }
    const entries = [...waiting].map(([use, group]) => ({ use, requests: group.length, served: false }));
    const wasOpen = circuit.isOpen;
    try {
      const counted = await circuit.run(() => store.count(entries));
      [...waiting.values()].forEach((group, at) =>
        group.forEach(({ settle }, index) => settle(index < (counted[at] ?? 0))),
      );
    } catch (error) {
      const away = error instanceof StoreAway ? error : new StoreAway(error);
      for (const item of items) {
        if (withoutStore === 'closed') item.fail(away);
        else item.settle(this.countLocally(item.use, wasOpen));
      }
    }
  }

  /** By what this gateway last knew. A request that was sent and never answered may be counted there: it is not counted again. */
  private countLocally(use: PlanUse, neverSent: boolean): boolean {
    if (use.quota?.takeLocally(this.options.nowMs()) === false) return false;
    if (neverSent) this.options.usage.add(use);
    return true;
  }
}
