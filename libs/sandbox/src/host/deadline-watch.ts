/** A deadline is noticed at most so much late. */
const TICK_MS = 10;

/**
 * Looks at deadlines while anything goes on, and costs nothing otherwise. The look is taken after pending I/O of the turn:
 * when the loop was held up, results that are already on their way count before their deadline does.
 */
export class DeadlineWatch {
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly check: (now: number) => boolean) {}

  /** Something began. */
  wake(): void {
    this.timer ??= setInterval(this.tick, TICK_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private readonly tick = (): void => void setImmediate(this.look);

  private readonly look = (): void => {
    if (this.timer !== null && !this.check(performance.now())) this.stop();
  };
}
