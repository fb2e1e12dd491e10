import { type EnvironmentPool } from './environment-pool';

const TICK_MS = 20;
const QUIET_TICK_MS = 250;
const EVICT_SHARE = 0.7;
const REFUSE_SHARE = 0.85;
/** Evicted memory comes back only after seconds, so eviction goes by share and takes a breath between. */
const EVICT_PART = 0.25;
const EVICT_PAUSE_MS = 2_000;

/**
 * Watches the resident memory of the process: the heap limits of isolates are soft, and native allocations are not counted.
 * From 70 % of the budget idle environments go, least recently used first; from 85 % nothing new is made; at the limit the
 * process reports itself to be replaced, naming a revision only when it alone was running.
 */
export class MemoryWatch {
  private timer: NodeJS.Timeout | null = null;
  private evictedAtMs = 0;
  rssMb = 0;

  constructor(
    private readonly pool: EnvironmentPool,
    private readonly rssMbMax: number,
    private readonly idleMs: number,
    private readonly onExceeded: (revisionHandle: number, rssMb: number) => void,
  ) {}

  start(): void {
    this.timer = setTimeout(this.look, TICK_MS);
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private readonly look = (): void => {
    const now = performance.now();
    this.rssMb = process.memoryUsage.rss() / 1_048_576;
    const share = this.rssMb / this.rssMbMax;
    this.pool.refusing = share >= REFUSE_SHARE;
    if (share >= 1) {
      this.stop();
      return this.onExceeded(this.onlyOneRunning(), this.rssMb);
    }
    if (share >= EVICT_SHARE && now - this.evictedAtMs > EVICT_PAUSE_MS) {
      this.evictedAtMs = now;
      this.pool.evictLeastRecent(Math.ceil(this.pool.idleCount * EVICT_PART));
    }
    if (this.idleMs > 0) this.pool.evictIdleSince(now - this.idleMs);
    this.timer = setTimeout(this.look, this.pool.slots.inUse > 0 ? TICK_MS : QUIET_TICK_MS);
  };

  /** The handle of the revision that runs while no other does; 0 = cannot be told. */
  private onlyOneRunning(): number {
    const handles = new Set<number>();
    for (const environment of this.pool.environments)
      if (environment.inFlight || environment.open.size > 0) handles.add(environment.revision.handle);
    const [handle] = handles;
    return handles.size === 1 && handle !== undefined ? handle : 0;
  }
}
