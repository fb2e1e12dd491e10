interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** A clock that moves only when told. Code under test takes `now`, `setTimer` and `clearTimer` where it would use the real ones. */
export class FakeClock {
  #nowMs: number;
  #nextTimerId = 1;
  readonly #timers = new Map<number, Timer>();

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs;
  }

  /** Bound, so it can be passed as a function. */
  readonly now = (): number => this.#nowMs;

  readonly setTimer = (callback: () => void, delayMs: number): number => {
    const id = this.#nextTimerId++;
    this.#timers.set(id, { dueMs: this.#nowMs + Math.max(0, delayMs), callback });
    return id;
  };

  readonly clearTimer = (id: number): void => {
    this.#timers.delete(id);
  };

  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Moves time on and runs the timers that fall due, in the order they fall due, each at its own time. */
  advance(durationMs: number): void {
    const endMs = this.#nowMs + durationMs;
    for (;;) {
      const due = [...this.#timers]
        .filter(([, timer]) => timer.dueMs <= endMs)
        .sort((a, b) => a[1].dueMs - b[1].dueMs)[0];
      if (due === undefined) break;
      const [id, timer] = due;
      this.#timers.delete(id);
      this.#nowMs = timer.dueMs;
      timer.callback();
    }
    this.#nowMs = endMs;
  }
}
