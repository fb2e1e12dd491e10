import { type MetricsRegistry } from '@sluice/metrics';
import { type Handler } from './request-pipeline';

const BUCKETS_SECONDS = [
  0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.05,
] as const;

/** Where the time of a request goes, step by step; only when asked for, because it costs two clock readings per step. */
export class StepTimes {
  private readonly family;

  constructor(registry: MetricsRegistry) {
    this.family = registry.histogram(
      'sluice_step_seconds',
      'Time of a request in each step of the pipeline.',
      ['step'],
      BUCKETS_SECONDS,
    );
  }

  timed(name: string, handler: Handler): Handler {
    const histogram = this.family.labels(name);
    return (context) => {
      const startedAtMs = performance.now();
      const pending = handler(context);
      if (pending === undefined) histogram.observe((performance.now() - startedAtMs) / 1_000);
      else return pending.finally(() => histogram.observe((performance.now() - startedAtMs) / 1_000));
    };
  }
}
