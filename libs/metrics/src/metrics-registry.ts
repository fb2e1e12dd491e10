import { Family, type Child } from './family';

/** A value that only grows. */
export class Counter implements Child {
  private value = 0;

  inc(by = 1): void {
    this.value += by;
  }

  get current(): number {
    return this.value;
  }

  render(name: string, labels: string): string {
    return `${name}${braces(labels)} ${this.value}\n`;
  }
}

/** A value that goes up and down, set by us or read from a callback when somebody looks. */
export class Gauge implements Child {
  private value = 0;
  private read: (() => number) | null = null;

  set(value: number): void {
    this.value = value;
  }

  /** From now on the value is what `read` returns at the time of a scrape. */
  readFrom(read: () => number): void {
    this.read = read;
  }

  render(name: string, labels: string): string {
    return `${name}${braces(labels)} ${this.read === null ? this.value : this.read()}\n`;
  }
}

/** Counts per bucket, with sum and count. Buckets are upper bounds in the metric's unit, ascending. */
export class Histogram implements Child {
  private readonly counts: Float64Array;
  private sum = 0;

  constructor(private readonly bounds: readonly number[]) {
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.bounds.length && value > (this.bounds[bucket] as number)) bucket++;
    this.counts[bucket] = (this.counts[bucket] as number) + 1;
    this.sum += value;
  }

  render(name: string, labels: string): string {
    const prefix = labels === '' ? '' : `${labels},`;
    let seen = 0;
    let text = '';
    this.bounds.forEach((bound, bucket) => {
      seen += this.counts[bucket] as number;
      text += `${name}_bucket{${prefix}le="${bound}"} ${seen}\n`;
    });
    seen += this.counts[this.bounds.length] as number;
    return `${text}${name}_bucket{${prefix}le="+Inf"} ${seen}\n${name}_sum${braces(labels)} ${this.sum}\n${name}_count${braces(labels)} ${seen}\n`;
  }
}

/** Seconds; fine where a gateway spends its time, coarse where only a timeout ends it. */
export const LATENCY_BUCKETS_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
] as const;

/**
 * Every metric of one process. `labels(...)` gives the child that hot code keeps: recording is then one addition, without a look-up.
 * `render` writes the Prometheus text format, version 0.0.4.
 */
export class MetricsRegistry {
  private readonly families = new Map<string, Family<Child>>();

  counter(name: string, help: string, labelNames: readonly string[] = []): Family<Counter> {
    return this.add(new Family(name, help, 'counter', labelNames, () => new Counter()));
  }

  gauge(name: string, help: string, labelNames: readonly string[] = []): Family<Gauge> {
    return this.add(new Family(name, help, 'gauge', labelNames, () => new Gauge()));
  }

  histogram(
    name: string,
    help: string,
    labelNames: readonly string[] = [],
    bucketsSeconds: readonly number[] = LATENCY_BUCKETS_SECONDS,
  ): Family<Histogram> {
    return this.add(new Family(name, help, 'histogram', labelNames, () => new Histogram(bucketsSeconds)));
  }

  render(): string {
    let text = '';
    for (const family of this.families.values()) text += family.render();
    return text;
  }

  private add<F extends Family<Child>>(family: F): F {
    if (this.families.has(family.name)) throw new Error(`the metric ${family.name} is registered twice`);
    this.families.set(family.name, family);
    return family;
  }
}

function braces(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}
