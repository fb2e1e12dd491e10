import { OUTCOME } from '@sluice/contracts';
import { type InvocationClient } from '@sluice/invocation';

const INTERVAL_MS = 5_000;
const TIMEOUT_MS = 4_000;

/**
 * Sends a built-in invocation through queue, runner and sandbox every 5 s, as PING cannot tell whether the whole path works.
 * It shows how long ago one came through; it never makes a gateway unready, since the reason may be every gateway's.
 */
export class Canary {
  private timer: NodeJS.Timeout | null = null;
  private passedAtMs: number;
  private passed = false;

  constructor(
    private readonly options: {
      readonly invocations: Pick<InvocationClient, 'invoke'>;
      readonly newRequestId: () => string;
      readonly nowMs: () => number;
    },
  ) {
    this.passedAtMs = options.nowMs();
  }

  start(): void {
    this.timer = setInterval(() => void this.send(), INTERVAL_MS);
    // The first one again and again until it passes: who waits for the start waits for this.
    void this.untilFirst();
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }

  /** Seconds since a canary came through, or since the start while none has. */
  get ageSeconds(): number {
    return (this.options.nowMs() - this.passedAtMs) / 1_000;
  }

  get hasPassed(): boolean {
    return this.passed;
  }

  private async untilFirst(): Promise<void> {
    while (this.timer !== null && !this.passed) {
      await this.send(FIRST_ACCEPT_BY_MS);
      if (!this.passed) await new Promise((resolve) => setTimeout(resolve, FIRST_RETRY_MS));
    }
  }

  private async send(acceptByMs = TIMEOUT_MS): Promise<void> {
    try {
      const { outcome } = await this.options.invocations.invoke({
        kind: 'canary',
        functionName: 'canary',
        revision: 'canary',
        requestId: this.options.newRequestId(),
        event: '{}',
        timeoutMs: TIMEOUT_MS,
        acceptByMs,
        retryable: true,
      });
      if (outcome !== OUTCOME.ok) return;
      this.passed = true;
      this.passedAtMs = this.options.nowMs();
    } catch {
      // The age tells: it goes on growing.
    }
  }
}

const FIRST_ACCEPT_BY_MS = 1_000;
const FIRST_RETRY_MS = 100;
