export interface CircuitSettings {
  readonly failures: number;
  readonly windowSeconds: number;
  readonly openSeconds: number;
}

/** Leave to try: an ordinary one, or the one that finds out whether the upstream is back. */
export type CircuitPass = 'normal' | 'trial';
/** `abandoned`: it ended without a word about the upstream, because the client left. */
export type CircuitOutcome = 'answered' | 'failed' | 'abandoned';

/**
 * Leaves a failing upstream alone. Closed until `failures` failures lie within `windowSeconds`; then open: nothing is tried for
 * `openSeconds`; then half open: one request is tried, and its end closes or opens the circuit again.
 */
export class CircuitBreaker {
  /** Times of the last failures, the oldest overwritten first. */
  private readonly failedAtMs: number[];
  private next = 0;
  /** 0 = closed. */
  private openUntilMs = 0;
  private trialUnderWay = false;

  constructor(private readonly settings: CircuitSettings) {
    this.failedAtMs = new Array<number>(settings.failures).fill(-Infinity);
  }

  /** null = not now. Who gets a pass hands it back to `leave`. */
  enter(nowMs: number): CircuitPass | null {
    if (this.openUntilMs === 0) return 'normal';
    if (nowMs < this.openUntilMs || this.trialUnderWay) return null;
    this.trialUnderWay = true;
    return 'trial';
  }

  leave(pass: CircuitPass, outcome: CircuitOutcome, nowMs: number): void {
    if (pass === 'trial') {
      this.trialUnderWay = false;
      if (outcome === 'failed') this.openUntilMs = this.nextTryAtMs(nowMs);
      else if (outcome === 'answered') this.close();
    } else if (outcome === 'failed' && this.openUntilMs === 0) this.count(nowMs);
  }

  /** Whole seconds until a try may be worth it, at least one. */
  retryAfterSeconds(nowMs: number): number {
    return Math.max(1, Math.ceil((this.openUntilMs - nowMs) / 1_000));
  }

  private count(nowMs: number): void {
    const { failures, windowSeconds } = this.settings;
    this.failedAtMs[this.next] = nowMs;
    this.next = (this.next + 1) % failures;
    const oldestMs = this.failedAtMs[this.next] as number;
    if (nowMs - oldestMs <= windowSeconds * 1_000) this.openUntilMs = this.nextTryAtMs(nowMs);
  }

  private close(): void {
    this.openUntilMs = 0;
    this.failedAtMs.fill(-Infinity);
  }

  private nextTryAtMs(nowMs: number): number {
    return nowMs + this.settings.openSeconds * 1_000;
  }
}
