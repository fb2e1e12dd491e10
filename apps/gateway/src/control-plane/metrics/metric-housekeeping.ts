import { Lease, type Redis, type RedisKeys } from '@sluice/redis';

export interface MetricHousekeepingOptions {
  /** Volatile. */
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly gatewayId: string;
  /** What the one gateway does that has the lease, in this order. */
  readonly works: readonly HousekeepingWork[];
  readonly nowMs: () => number;
  readonly onError: (message: string, error: unknown) => void;
  readonly tickMs?: number;
}

export interface HousekeepingWork {
  readonly name: string;
  readonly everyMs: number;
  readonly run: () => Promise<void>;
}

const TICK_MS = 5_000;
/** Four missed ticks: a gateway that died is replaced within this time. */
const LEASE_MS = 20_000;

/** Work on everybody's metrics, done by one gateway at a time: whichever has the lease. */
export class MetricHousekeeping {
  private readonly lease: Lease;
  private readonly ranAtMs = new Map<string, number>();
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> | null = null;
  private readonly failing = new Set<string>();

  constructor(private readonly options: MetricHousekeepingOptions) {
    const { redis, keys, gatewayId } = options;
    this.lease = new Lease({ redis, key: keys.lease('metrics'), holder: gatewayId, durationMs: LEASE_MS });
  }

  start(): void {
    this.timer = setInterval(() => {
      this.running ??= this.tick().finally(() => (this.running = null));
    }, this.options.tickMs ?? TICK_MS);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.running;
    await this.lease.release().catch(() => undefined);
  }

  private async tick(): Promise<void> {
    // Redis away: there is nothing to work on either.
    const isMine = await this.lease.hold().catch(() => false);
    if (!isMine) return;
    for (const { name, everyMs, run } of this.options.works) {
      const nowMs = this.options.nowMs();
      if (nowMs - (this.ranAtMs.get(name) ?? -Infinity) < everyMs) continue;
      try {
        this.ranAtMs.set(name, nowMs);
        await run();
        this.failing.delete(name);
      } catch (error) {
        if (!this.failing.has(name)) this.options.onError(`${name} failed; it is tried again`, error);
        this.failing.add(name);
      }
    }
  }
}
