/** Latency buckets: each holds what is up to 5 % slower than the one before; the first up to 0.1 ms. */
const GROWTH = Math.log(1.05);
const FIRST_MS = 0.1;

/** What requests to a canary, or to the stage beside it, came to since it was last taken. */
export class VariantCounts {
  private requests = 0;
  private errors = 0;
  private buckets = new Map<number, number>();

  record(status: number, latencyMs: number): void {
    this.requests++;
    if (status >= 500) this.errors++;
    const bucket = bucketOf(latencyMs);
    this.buckets.set(bucket, (this.buckets.get(bucket) ?? 0) + 1);
  }

  /** Field, number, … under a prefix, and starts anew. Empty when there was no request. */
  take(prefix: string): (string | number)[] {
    if (this.requests === 0) return [];
    const fields: (string | number)[] = [`${prefix}n`, this.requests];
    if (this.errors > 0) fields.push(`${prefix}e`, this.errors);
    for (const [bucket, count] of this.buckets) fields.push(`${prefix}l${bucket}`, count);
    this.requests = 0;
    this.errors = 0;
    this.buckets = new Map();
    return fields;
  }
}

/** Counts of one variant over all gateways, in a window of time. */
export interface VariantWindow {
  readonly requests: number;
  readonly errors: number;
  /** Bucket → requests. */
  readonly latencies: ReadonlyMap<number, number>;
}

/** The 99th percentile in ms, at most 5 % too high; 0 without a request. */
export function p99Ms({ requests, latencies }: VariantWindow): number {
  let below = 0;
  for (const [bucket, count] of [...latencies].sort(([a], [b]) => a - b)) {
    below += count;
    if (below >= requests * 0.99) return FIRST_MS * Math.exp(bucket * GROWTH);
  }
  return 0;
}

function bucketOf(latencyMs: number): number {
  return latencyMs <= FIRST_MS ? 0 : Math.ceil(Math.log(latencyMs / FIRST_MS) / GROWTH);
}
