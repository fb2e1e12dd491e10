const QUARANTINE_MS = 5 * 60_000;
const CLEAN_INVOCATIONS = 100;

/**
 * Whether a function must run alone: named or suspected, it lives in a solo host until 100 invocations or 5 minutes are clean.
 * A new version starts where the old one left off. Times are the runner's monotonic clock.
 */
export class Quarantine {
  private sinceMs: number | null = null;
  private cleanInvocations = 0;

  begin(nowMs: number): void {
    this.sinceMs = nowMs;
    this.cleanInvocations = 0;
  }

  /** An invocation came back from a solo host that still lives. */
  clean(): void {
    this.cleanInvocations++;
  }

  holds(nowMs: number): boolean {
    if (this.sinceMs === null) return false;
    if (this.cleanInvocations < CLEAN_INVOCATIONS && nowMs - this.sinceMs < QUARANTINE_MS) return true;
    this.sinceMs = null;
    return false;
  }
}
