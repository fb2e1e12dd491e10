import { type Redis } from '@sluice/redis';

const MEASURE_EVERY_MS = 10_000;

/** Redis time without a round trip per question, so that times on the wire mean the same on every machine. Accurate to half a round trip. */
export class RedisClock {
  private offsetMs = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly redis: Redis,
    private readonly localMs: () => number = Date.now,
  ) {}

  async start(): Promise<void> {
    await this.measure();
    this.timer = setInterval(() => void this.measure().catch(() => undefined), MEASURE_EVERY_MS);
    this.timer.unref();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  nowMs(): number {
    return Math.round(this.localMs() + this.offsetMs);
  }

  private async measure(): Promise<void> {
    const sentMs = this.localMs();
    const [seconds, microseconds] = await this.redis.time();
    const roundTripMs = this.localMs() - sentMs;
    this.offsetMs = Number(seconds) * 1_000 + Number(microseconds) / 1_000 - (sentMs + roundTripMs / 2);
  }
}
