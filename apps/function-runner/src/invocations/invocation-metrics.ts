import { outcomeName, type Outcome } from '@sluice/contracts';
import { type Counter, type Family, type Histogram, type MetricsRegistry } from '@sluice/metrics';

/** The series of one function, looked up once per revision: recording is a few additions. */
export interface RevisionMetrics {
  record(outcome: Outcome, durationUs: number, initUs: number, queueUs: number): void;
}

/** What the runner counts about invocations. Canaries and probes are not among them. */
export class InvocationMetrics {
  private readonly invocations: Family<Counter>;
  private readonly duration: Family<Histogram>;
  private readonly coldStarts: Family<Counter>;
  private readonly queueWait: Histogram;

  constructor(registry: MetricsRegistry) {
    this.invocations = registry.counter('sluice_invocations_total', 'Invocations by how they ended.', [
      'function',
      'outcome',
    ]);
    this.duration = registry.histogram(
      'sluice_invocation_duration_seconds',
      'From the start of the handler to its end.',
      ['function'],
    );
    this.coldStarts = registry.counter(
      'sluice_cold_starts_total',
      'Invocations that had to wait for a new execution environment.',
      ['function'],
    );
    this.queueWait = registry
      .histogram('sluice_invocation_queue_seconds', 'From the arrival at the runner to the start of the handler.')
      .labels();
  }

  /** `functionName` has been checked: it is a label value. */
  ofRevision(functionName: string): RevisionMetrics {
    const { invocations, queueWait } = this;
    const byOutcome: Counter[] = [];
    const duration = this.duration.labels(functionName);
    const coldStarts = this.coldStarts.labels(functionName);
    return {
      record(outcome, durationUs, initUs, queueUs) {
        (byOutcome[outcome] ??= invocations.labels(functionName, outcomeName(outcome))).inc();
        duration.observe(durationUs / 1e6);
        queueWait.observe(queueUs / 1e6);
        if (initUs > 0) coldStarts.inc();
      },
    };
  }

  /** A function this runner has not run for a while. */
  forget(functionName: string): void {
    for (const family of [this.invocations, this.duration, this.coldStarts]) family.remove('function', functionName);
  }
}
