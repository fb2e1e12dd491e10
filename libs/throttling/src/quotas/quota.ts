import { type QuotaSettings } from '@sluice/contracts';
import { RedisKeys } from '@sluice/redis';
import { periodStarts, type PeriodStarts } from './quota-period';

const keys = new RedisKeys();

/** How long an exhausted quota is believed without asking: what `extra` an operator grants counts after at most that. */
const BELIEVED_EXHAUSTED_MS = 1_000;

/** What the store said about a quota when it last counted a request. */
export interface QuotaState {
  readonly used: number;
  /** The plan's limit and what was granted on top. */
  readonly limit: number;
  readonly resetInMs: number;
}

/** The requests of one API key under one usage plan, counted for all gateways, and what this gateway knows of them. */
export class Quota {
  readonly key: string;
  private starts: PeriodStarts = [0, 0, 0, 0];
  private used = 0;
  private limitNow: number;
  private resetAtMs = Infinity;
  private exhaustedUntilMs = -Infinity;

  constructor(
    readonly planName: string,
    readonly apiKeyId: string,
    readonly settings: QuotaSettings,
  ) {
    this.key = keys.quota(planName, apiKeyId);
    this.limitNow = settings.limit;
  }

  /** The periods around now by the wall clock; computed once per period. */
  periodsAt(epochMs: number): PeriodStarts {
    const [, start, end] = this.starts;
    if (epochMs < start || epochMs >= end) this.starts = periodStarts(this.settings, epochMs);
    return this.starts;
  }

  /** Takes over what the store said; `refused` = it counted nothing. */
  learn({ used, limit, resetInMs }: QuotaState, refused: boolean, nowMs: number): void {
    this.used = used;
    this.limitNow = limit;
    this.resetAtMs = nowMs + resetInMs;
    if (refused) this.exhaustedUntilMs = Math.min(this.resetAtMs, nowMs + BELIEVED_EXHAUSTED_MS);
  }

  isExhausted(nowMs: number): boolean {
    return nowMs < this.exhaustedUntilMs;
  }

  /** Counts a request without the store; false = by what is known here, nothing is left. */
  takeLocally(nowMs: number): boolean {
    if (nowMs >= this.resetAtMs) {
      this.used = 0;
      this.resetAtMs = Infinity;
    }
    if (this.used >= this.limitNow) return false;
    this.used++;
    return true;
  }

  stateAt(nowMs: number): QuotaState {
    return { used: this.used, limit: this.limitNow, resetInMs: Math.max(0, this.resetAtMs - nowMs) };
  }
}
