import { type ThrottleSettings } from '@sluice/contracts';

/** Sums of refills are not exact; a token that lacks less than this is there. */
const TOKEN_EPSILON = 1e-9;

/** A token bucket in memory: full at first, `rate` tokens per second flow in, `burst` at most are held. Times are of one clock that never goes back. */
export class TokenBucket {
  private tokens: number;
  private countedAtMs = -Infinity;

  constructor(private readonly limits: ThrottleSettings) {
    this.tokens = limits.burst;
  }

  tokensAt(nowMs: number): number {
    const { rate, burst } = this.limits;
    if (this.tokens >= burst) return burst;
    return Math.min(burst, this.tokens + (Math.max(0, nowMs - this.countedAtMs) * rate) / 1_000);
  }

  hasToken(nowMs: number): boolean {
    return this.tokensAt(nowMs) >= 1 - TOKEN_EPSILON;
  }

  /** Takes a token; false = there is none. */
  take(nowMs: number): boolean {
    const tokens = this.tokensAt(nowMs);
    if (tokens < 1 - TOKEN_EPSILON) return false;
    this.set(Math.max(0, tokens - 1), nowMs);
    return true;
  }

  giveBack(tokens: number, nowMs: number): void {
    this.set(this.tokensAt(nowMs) + tokens, nowMs);
  }

  set(tokens: number, nowMs: number): void {
    this.tokens = Math.min(tokens, this.limits.burst);
    this.countedAtMs = nowMs;
  }

  /** Until the next token; 0 = there is one. */
  waitMs(nowMs: number): number {
    return Math.max(0, ((1 - this.tokensAt(nowMs)) * 1_000) / this.limits.rate);
  }
}
