const DEATHS_MAX = 3;
const WINDOW_MS = 60_000;
const OPEN_MS = 60_000;

/**
 * Whether a revision may run at all: three deaths of its own solo host within a minute switch it off for a minute, then one
 * trial decides. It belongs to the revision, so a repaired version answers at once. Times are the runner's monotonic clock.
 */
export class Circuit {
  private deathsAtMs: number[] = [];
  private openedAtMs: number | null = null;
  private trialRunning = false;

  /** It ended its solo host. */
  death(nowMs: number): void {
    this.deathsAtMs = this.deathsAtMs.filter((atMs) => nowMs - atMs < WINDOW_MS);
    this.deathsAtMs.push(nowMs);
    if (!this.trialRunning && this.deathsAtMs.length < DEATHS_MAX) return;
    this.openedAtMs = nowMs;
    this.deathsAtMs = [];
    this.trialRunning = false;
  }

  /** `trial`: its minute is over and this one invocation decides whether it closes. */
  admit(nowMs: number): 'run' | 'trial' | 'refuse' {
    if (this.openedAtMs === null) return 'run';
    if (this.trialRunning || nowMs - this.openedAtMs < OPEN_MS) return 'refuse';
    this.trialRunning = true;
    return 'trial';
  }

  /** The trial came back and its host lives. */
  trialPassed(): void {
    this.openedAtMs = null;
    this.trialRunning = false;
  }

  /** The trial never started; the next invocation is the trial. */
  trialAbandoned(): void {
    this.trialRunning = false;
  }

  get open(): boolean {
    return this.openedAtMs !== null;
  }
}
