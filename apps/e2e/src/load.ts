/** What became of calls: outcomes by name with their number, and latencies. */
export interface LoadFigures {
  readonly calls: number;
  /** Answered status, or the error's message, to its count. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly latenciesMs: readonly number[];
}

type Call = () => Promise<{ status: number }>;

/** Starts a call every `1000 / perSecond` ms, whether earlier ones are answered or not. `stop` waits for all of them. */
export function steadyLoad(
  perSecond: number,
  makeCall: Call,
): { stop(): Promise<LoadFigures>; figures(): LoadFigures } {
  const record = new LoadRecord();
  const pending = new Set<Promise<void>>();
  const startedAtMs = performance.now();
  let started = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAtMs) * perSecond) / 1_000;
    for (; started < due; started++) {
      const one = record.follow(makeCall).finally(() => pending.delete(one));
      pending.add(one);
    }
  }, 2);
  return {
    figures: () => record.figures(),
    stop: async () => {
      clearInterval(timer);
      await Promise.all(pending);
      return record.figures();
    },
  };
}

/** `connections` callers, each waiting for its answer before it calls again, until `calls` calls are made. */
export async function closedLoad(connections: number, calls: number, makeCall: Call): Promise<LoadFigures> {
  const record = new LoadRecord();
  let started = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (started < calls) {
        started += 1;
        await record.follow(makeCall);
      }
    }),
  );
  return record.figures();
}

class LoadRecord {
  readonly #outcomes: Record<string, number> = {};
  readonly #latenciesMs: number[] = [];

  async follow(makeCall: Call): Promise<void> {
    const startedAtMs = performance.now();
    const outcome = await makeCall().then(
      ({ status }) => String(status),
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    this.#latenciesMs.push(performance.now() - startedAtMs);
    this.#outcomes[outcome] = (this.#outcomes[outcome] ?? 0) + 1;
  }

  figures(): LoadFigures {
    return { calls: this.#latenciesMs.length, outcomes: { ...this.#outcomes }, latenciesMs: [...this.#latenciesMs] };
  }
}
