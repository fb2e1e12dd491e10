import { type Invocation } from './revision';
import { type RunningSlot } from './running-slots';

/** One stay of an isolate's thread in its code: from an `enter` to its end. */
export class Entry {
  /** Where in the list it is: that event runs or waits, those before it are answered, those behind it have not started. */
  private position = 0;
  lastAnswerAtMs: number;
  /** What the processor clock said when it was first looked at since the last charge. */
  private clockFromMs: number | null = null;

  constructor(
    readonly kind: 'run' | 'fire' | 'idle',
    readonly slot: RunningSlot,
    /** The events it carries; empty for a timer. */
    private readonly list: readonly Invocation[],
    /** Whom it belongs to when it carries no events. */
    private readonly owner: Invocation | null,
    readonly startedAtMs: number,
    /** Running time up to the last charge. */
    public cpuMarkUs: number,
  ) {
    this.lastAnswerAtMs = startedAtMs;
  }

  /** The invocation whose code runs now, as far as it can be told; it may be answered already. */
  get current(): Invocation | null {
    return (this.list.length > 0 ? this.list[this.position] : this.owner) ?? null;
  }

  /** Certain not to have started: the guest begins an event only after it has sent the result of the one before. */
  get notStarted(): Invocation[] {
    return this.list.slice(this.position + 1);
  }

  /** Takes note of an answer; gives the event that has begun because of it. */
  advance(answeredId: number): Invocation | null {
    if (this.list[this.position]?.id !== answeredId) return null;
    this.position++;
    return this.list[this.position] ?? null;
  }

  /**
   * Running time since the last charge, for a look at it while it runs: by the isolate's count, which is then the time that has
   * passed, but no more than it can have had of the processors since the first look.
   */
  usedUs(runningUs: number, clockMs: number): number {
    this.clockFromMs ??= clockMs;
    return Math.min(runningUs - this.cpuMarkUs, (clockMs - this.clockFromMs) * 1_000);
  }

  charge(runningUs: number, invocation: Invocation | undefined): void {
    if (invocation !== undefined) invocation.cpuUs += runningUs - this.cpuMarkUs;
    this.cpuMarkUs = runningUs;
    this.clockFromMs = null;
  }
}
