export interface HttpLineSinkOptions {
  /** Delivers lines, each with its line break. Answers why they will never be taken, if so; rejects when they have to be sent again. */
  readonly post: (lines: string) => Promise<Error | null>;
  /** What may wait for the receiver; beyond it lines are dropped and counted. */
  readonly waitingBytesMax: number;
  /** Told once when the receiver stops taking lines, for now or for good. */
  readonly onError: (error: unknown) => void;
  /** Waits between attempts grow up to this. */
  readonly retryMsMax?: number;
}

const BATCH_CHARS_MAX = 512 * 1024;
const BATCH_MS = 1_000;
const RETRY_MS = 1_000;
const RETRY_MS_MAX = 30_000;

/**
 * Sends log lines to an HTTP receiver in batches, one under way at a time, in order. A batch that fails is sent again until it is taken,
 * so a receiver may see lines twice, and lines wait within a bound. Never blocks who logs.
 */
export class HttpLineSink {
  private waiting: string[] = [];
  private waitingChars = 0;
  private droppedLines = 0;
  private timer: NodeJS.Timeout | null = null;
  private sending: Promise<void> | null = null;
  private failures = 0;
  private refused = false;

  constructor(private readonly options: HttpLineSinkOptions) {}

  get dropped(): number {
    return this.droppedLines;
  }

  /** `line` has no line break at its end. */
  writeLine(line: string): void {
    // A character is at least a byte; counting bytes of every line would cost more than the bound is exact.
    if (this.waitingChars + line.length > this.options.waitingBytesMax) {
      this.droppedLines++;
      return;
    }
    this.waiting.push(line);
    this.waitingChars += line.length + 1;
    if (this.failures === 0 && this.waitingChars >= BATCH_CHARS_MAX) this.send();
    else this.schedule(BATCH_MS);
  }

  /** Tries once more to deliver what waits; what is not taken then is lost and counted. */
  async close(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    await this.sending;
    while (this.waiting.length > 0 && this.failures === 0) await this.sendBatch();
    if (this.timer !== null) clearTimeout(this.timer);
    this.droppedLines += this.waiting.length;
    this.waiting = [];
  }

  private schedule(delayMs: number): void {
    if (this.sending !== null) return;
    this.timer ??= setTimeout(() => this.send(), delayMs).unref();
  }

  private send(): void {
    if (this.sending !== null) return;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.sending = this.sendBatch().finally(() => {
      this.sending = null;
      if (this.waiting.length === 0) return;
      const { retryMsMax = RETRY_MS_MAX } = this.options;
      this.schedule(this.failures === 0 ? BATCH_MS : Math.min(retryMsMax, RETRY_MS * 2 ** (this.failures - 1)));
    });
  }

  private async sendBatch(): Promise<void> {
    let count = 0;
    let chars = 0;
    while (count < this.waiting.length && (count === 0 || chars < BATCH_CHARS_MAX))
      chars += (this.waiting[count++] as string).length + 1;
    try {
      const refusal = await this.options.post(`${this.waiting.slice(0, count).join('\n')}\n`);
      this.waiting.splice(0, count);
      this.waitingChars -= chars;
      this.failures = 0;
      if (refusal !== null) this.droppedLines += count;
      if (refusal !== null && !this.refused) this.options.onError(refusal);
      this.refused = refusal !== null;
    } catch (error) {
      if (this.failures++ === 0) this.options.onError(error);
    }
  }
}
