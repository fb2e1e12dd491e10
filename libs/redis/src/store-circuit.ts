export interface StoreCircuitOptions {
  /** Resolves when the store answers; asked once per interval while the circuit is open. */
  readonly probe: () => Promise<unknown>;
  /** Told when the store is given up, and (null) when it is back. */
  readonly onChange: (error: unknown) => void;
  readonly timeoutMs?: number;
  readonly probeIntervalMs?: number;
}

/** The store is given up, or did not answer in time. */
export class StoreAway extends Error {
  constructor(cause?: unknown) {
    super('the store does not answer', { cause });
    this.name = 'StoreAway';
  }
}

/**
 * Keeps requests from waiting for a store that is away: a call that fails or takes longer than `timeoutMs` (100) gives the store up
 * for everybody, and only a probe in the background, every `probeIntervalMs` (1,000), brings it back. So no more than the requests
 * of one moment wait, and those no longer than the timeout.
 */
export class StoreCircuit {
  private probing: NodeJS.Timeout | null = null;
  private readonly timeoutMs: number;
  private readonly probeIntervalMs: number;

  constructor(private readonly options: StoreCircuitOptions) {
    this.timeoutMs = options.timeoutMs ?? 100;
    this.probeIntervalMs = options.probeIntervalMs ?? 1_000;
  }

  get isOpen(): boolean {
    return this.probing !== null;
  }

  /** Rejects with StoreAway, at once while the store is given up. What was sent in time may still have happened. */
  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.isOpen) throw new StoreAway();
    try {
      return await withinMs(call(), this.timeoutMs);
    } catch (error) {
      this.open(error);
      throw new StoreAway(error);
    }
  }

  stop(): void {
    if (this.probing !== null) clearInterval(this.probing);
    this.probing = null;
  }

  private open(error: unknown): void {
    if (this.isOpen) return;
    this.probing = setInterval(() => this.probe(), this.probeIntervalMs);
    this.probing.unref();
    this.options.onChange(error);
  }

  private probe(): void {
    withinMs(this.options.probe(), this.timeoutMs).then(
      () => {
        if (!this.isOpen) return;
        this.stop();
        this.options.onChange(null);
      },
      () => undefined, // still away; the next probe asks again
    );
  }
}

function withinMs<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      // It may be this process that was busy for so long, with the answer lying there unread: what can be read is read first.
      setImmediate(() => reject(new Error(`no answer within ${timeoutMs} ms`)));
    }, timeoutMs);
    promise.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}
