import { SluiceError } from '@sluice/contracts';

/** One try at a build. `started` settles when the work itself begins, which is when its time starts to count; it rejects as `result` does. */
export interface BuildAttempt<Result> {
  readonly started: Promise<void>;
  readonly result: Promise<Result>;
  cancel(): void;
}

export interface BuildLanesOptions {
  /** Builds in their first `firstTryMs`. */
  readonly concurrency: number;
  /** Longer than a usual build takes. */
  readonly firstTryMs: number;
  readonly waitingMax: number;
  readonly waitMsMax: number;
}

interface WaitingBuild<Result> {
  readonly start: () => BuildAttempt<Result>;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
  expiry: NodeJS.Timeout | undefined;
}

type Lane = 'short' | 'long';

/** Where a running build is, and whether it was cancelled to start again. */
interface Place {
  lane: Lane;
  restarts: boolean;
}

/**
 * Two lanes, so that sources which need all of their time (or want to) never make a usual one wait for long.
 * Every build starts in the short lane. One that is not done after `firstTryMs` goes on in the long lane when that has a free place,
 * and otherwise is cancelled and starts again there later. The short lane takes the newest build first: the wait of the next upload
 * is then bounded by `firstTryMs`, however many came before it. What waits for longer than `waitMsMax` is refused as BUSY.
 */
export class BuildLanes<Result> {
  private readonly waiting: Record<Lane, WaitingBuild<Result>[]> = { short: [], long: [] };
  private readonly running: Record<Lane, number> = { short: 0, long: 0 };
  private readonly attempts = new Set<BuildAttempt<Result>>();
  private closed = false;

  constructor(private readonly options: BuildLanesOptions) {}

  /** Rejects with BUSY, or with what `start`'s attempt rejected with. */
  run(start: () => BuildAttempt<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.closed) return reject(closing());
      if (this.waiting.short.length + this.waiting.long.length >= this.options.waitingMax) return reject(busy());
      this.enqueue('short', { start, resolve, reject, expiry: undefined });
      this.startNext();
    });
  }

  /** Refuses what waits and cancels what runs. */
  close(): void {
    this.closed = true;
    for (const build of [...this.waiting.short.splice(0), ...this.waiting.long.splice(0)]) {
      clearTimeout(build.expiry);
      build.reject(closing());
    }
    for (const attempt of this.attempts) attempt.cancel();
  }

  private enqueue(lane: Lane, build: WaitingBuild<Result>): void {
    const queue = this.waiting[lane];
    queue.push(build);
    build.expiry = setTimeout(() => {
      queue.splice(queue.indexOf(build), 1);
      build.reject(busy());
    }, this.options.waitMsMax);
  }

  private startNext(): void {
    while (this.running.short < this.options.concurrency) {
      const build = this.waiting.short.pop();
      if (build === undefined) break;
      void this.runIn('short', build);
    }
    while (this.running.long < this.longLanePlaces) {
      const build = this.waiting.long.shift();
      if (build === undefined) break;
      void this.runIn('long', build);
    }
  }

  private async runIn(firstLane: Lane, build: WaitingBuild<Result>): Promise<void> {
    clearTimeout(build.expiry);
    const place: Place = { lane: firstLane, restarts: false };
    this.running[place.lane] += 1;
    let attempt: BuildAttempt<Result> | undefined;
    let firstTry: NodeJS.Timeout | undefined;
    try {
      attempt = build.start();
      this.attempts.add(attempt);
      // Awaited below, but not when `started` rejects first.
      attempt.result.catch(() => undefined);
      await attempt.started;
      if (firstLane === 'short') {
        firstTry = setTimeout(() => this.leaveShortLane(place, attempt), this.options.firstTryMs);
      }
      const result = await attempt.result;
      if (this.closed) build.reject(closing());
      else if (!place.restarts) build.resolve(result);
    } catch (error) {
      if (this.closed) build.reject(closing());
      else if (!place.restarts) build.reject(error);
    } finally {
      clearTimeout(firstTry);
      if (attempt !== undefined) this.attempts.delete(attempt);
      this.running[place.lane] -= 1;
      if (place.restarts && !this.closed) this.enqueue('long', build);
      this.startNext();
    }
  }

  private leaveShortLane(place: Place, attempt: BuildAttempt<Result> | undefined): void {
    if (this.running.long >= this.longLanePlaces) {
      place.restarts = true;
      attempt?.cancel();
      return;
    }
    this.running.short -= 1;
    this.running.long += 1;
    place.lane = 'long';
    this.startNext();
  }

  private get longLanePlaces(): number {
    return Math.max(1, this.options.concurrency - 1);
  }
}

function busy(): SluiceError {
  return new SluiceError('BUSY', 'The compiler has too many uploads to do; retry after a moment.');
}

function closing(): SluiceError {
  return new SluiceError('BUSY', 'The compiler is shutting down; retry after a moment.');
}
