/** A thread that gets no processor at all still counts as having run for this share of the time in which the host's loop turns. */
const IDLE_SHARE = 1 / 20;
/** A look that comes later than this counts as one that came in time: nobody got the processor, the host's loop least of all. */
const LOOK_MS_MAX = 20;

/**
 * How long a thread of this process can have been running, for threads that are waited for. The time that has passed does not say:
 * on busy processors a thread that stops within 0.2 ms of its own has waited up to 0.65 s for them. The kernel keeps the true figure
 * of each thread, but isolated-vm does not tell which one is in an isolate, and `cpuTime` ends with the isolate. So: the processor
 * time of the whole process but for the host's own thread, divided by the isolates that ran meanwhile, because the kernel is fair
 * to threads of one niceness. V8's helper threads are in it too; for a loop that collects no garbage it is exact.
 */
export class StopClock {
  private ranMs = 0;
  private lastLookAtMs: number | null = null;
  private lastUsedMs = 0;

  /** `usedMs`: processor time of all threads but this one. */
  constructor(private readonly usedMs: () => number = processorMsOfOthers) {}

  /** Only differences mean something, and only between looks without a `rest`. */
  get nowMs(): number {
    return this.ranMs;
  }

  /** When the last look was; null when nobody is waited for. */
  get lookedAtMs(): number | null {
    return this.lastLookAtMs;
  }

  /** Counts what has been used since the last look for each of the isolates that ran since. */
  look(now: number, isolates: number): void {
    // The kernel's sums of all threads and of this one are not taken at the same time: a step back is no step.
    const usedMs = Math.max(this.lastUsedMs, this.usedMs());
    if (this.lastLookAtMs !== null) {
      const shareMs = (usedMs - this.lastUsedMs) / Math.max(1, isolates);
      // A thread that sleeps for ever in native code uses nothing and is to be given up all the same, only later.
      this.ranMs += Math.max(shareMs, Math.min(now - this.lastLookAtMs, LOOK_MS_MAX) * IDLE_SHARE);
    }
    this.lastLookAtMs = now;
    this.lastUsedMs = usedMs;
  }

  /** Nobody is waited for: costs nothing until somebody is. */
  rest(): void {
    this.lastLookAtMs = null;
  }
}

function processorMsOfOthers(): number {
  const all = process.cpuUsage();
  const own = process.threadCpuUsage();
  return (all.user + all.system - own.user - own.system) / 1_000;
}
