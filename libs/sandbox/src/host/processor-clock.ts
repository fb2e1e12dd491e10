/** A thread that is given no processor still counts as having run for this share of the time in which the host's loop turns. */
const IDLE_SHARE = 1 / 20;
/** A look that comes later than this counts as one that came in time: the host was given no processor either. */
const LOOK_MS_MAX = 20;

/**
 * How long the thread of an isolate can have been running, where time alone would judge it for what it waited: on busy processors a
 * thread that stops within 0.2 ms of its own has waited up to 0.65 s for them. The kernel keeps the true figure of each thread, but
 * isolated-vm does not tell which one is in an isolate, and its `cpuTime` is the time that passes while the isolate runs, and gone
 * once it is disposed. So: the processor time of the whole process but for the host's own thread, divided by how many isolates had
 * a thread in them on average, because the kernel is fair to threads of one niceness. V8's helper threads are in it too; for a loop
 * that collects no garbage it is exact.
 */
export class ProcessorClock {
  private ranMs = 0;
  private lastLookAtMs = 0;
  private lastUsedMs: number;

  /** `usedMs`: processor time of all threads but this one. */
  constructor(private readonly usedMs: () => number = processorMsOfOthers) {
    this.lastUsedMs = usedMs();
  }

  /** Only differences between looks mean something, and only for an isolate that was running at both. */
  get nowMs(): number {
    return this.ranMs;
  }

  get lookedAtMs(): number {
    return this.lastLookAtMs;
  }

  /** Shares out what has been used since the last look; `insideMs`: for how long each isolate had a thread in it since, summed up. */
  look(now: number, insideMs: number): void {
    const passedMs = now - this.lastLookAtMs;
    // The kernel's sums of all threads and of this one are not taken at the same time: a step back is no step.
    const usedMs = Math.max(this.lastUsedMs, this.usedMs());
    // For whoever was running all the time: it alone makes the sum what has passed.
    const shareMs = (usedMs - this.lastUsedMs) * (passedMs / Math.max(passedMs, insideMs, 1));
    // A thread that sleeps for ever in native code uses nothing and is to be given up all the same, only later.
    this.ranMs += Math.max(shareMs, Math.min(passedMs, LOOK_MS_MAX) * IDLE_SHARE);
    this.lastLookAtMs = now;
    this.lastUsedMs = usedMs;
  }
}

function processorMsOfOthers(): number {
  const all = process.cpuUsage();
  const own = process.threadCpuUsage();
  return (all.user + all.system - own.user - own.system) / 1_000;
}
