/**
 * When an environment with unfinished invocations wants to be entered again. The guest keeps its timers and has one wish at a
 * time, its earliest one; so there is one host timer per environment, however many the guest has.
 */
export class WakeUp {
  private timer: NodeJS.Timeout | null = null;
  private ownerId = 0;
  private due = false;
  /** Invocations to be told that nothing can wake them any more. */
  private readonly idle: number[] = [];

  constructor(private readonly onDue: () => void) {}

  set(ownerId: number, delayMs: number): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.ownerId = ownerId;
    this.timer = setTimeout(this.fire, delayMs);
  }

  /** A timer runs or is due. */
  get armed(): boolean {
    return this.timer !== null || this.due;
  }

  get wanted(): boolean {
    return this.due || this.idle.length > 0;
  }

  tellIdle(invocationIds: Iterable<number>): void {
    this.idle.splice(0, this.idle.length, ...invocationIds);
  }

  /** What to enter for: timers first. */
  take(): { readonly kind: 'fire' | 'idle'; readonly invocationId: number } {
    if (!this.due) return { kind: 'idle', invocationId: this.idle.shift() ?? 0 };
    this.due = false;
    return { kind: 'fire', invocationId: this.ownerId };
  }

  clear(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.due = false;
    this.idle.length = 0;
  }

  private readonly fire = (): void => {
    this.timer = null;
    this.due = true;
    this.onDue();
  };
}
