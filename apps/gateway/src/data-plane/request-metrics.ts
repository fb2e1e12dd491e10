import { OUTCOME, outcomeName, type Outcome } from '@sluice/contracts';
import {
  ApiSeries,
  FunctionSeries,
  type ApiDimensions,
  type Counter,
  type Family,
  type Histogram,
  type MetricsRegistry,
  type SeriesRecorder,
} from '@sluice/metrics';
import { type CacheStatus, type InvocationTimes } from './request-context';

/** Outcomes of invocations whose handler was never called. */
const DID_NOT_RUN: ReadonlySet<Outcome> = new Set([
  OUTCOME.notStarted,
  OUTCOME.cancelled,
  OUTCOME.waitTimeout,
  OUTCOME.circuitOpen,
  OUTCOME.revisionMissing,
]);

/**
 * What the data plane measures: for Prometheus since the start of this process, and by the minute for `GET /v1/metrics`.
 * What a route or function needs is made with its first request, so that recording is a few additions and idle ones cost nothing.
 */
export class RequestMetrics {
  private readonly requests: Family<Counter>;
  private readonly latency: Family<Histogram>;
  private readonly integrationLatency: Family<Histogram>;
  private readonly invocations: Family<Counter>;
  private readonly errors: Family<Counter>;
  private readonly coldStarts: Family<Counter>;
  private readonly duration: Family<Histogram>;
  private readonly queueWait: Family<Histogram>;
  private readonly functions = new Map<string, FunctionMetrics>();

  constructor(
    registry: MetricsRegistry,
    private readonly recorder: SeriesRecorder,
  ) {
    this.requests = registry.counter('sluice_requests_total', 'Requests on the public listener, by their answer.', [
      'api',
      'route',
      'status',
    ]);
    this.latency = registry.histogram(
      'sluice_request_seconds',
      'From the head of a request to the end of its answer.',
      ['api', 'route'],
    );
    this.integrationLatency = registry.histogram(
      'sluice_integration_seconds',
      'From handing a request to its integration to the answer.',
      ['api', 'route'],
    );
    this.invocations = registry.counter('sluice_invocations_total', 'Invocations handed to runners, by outcome.', [
      'function',
      'outcome',
    ]);
    this.errors = registry.counter(
      'sluice_invocation_errors_total',
      'Invocations that ended in an error of the function.',
      ['function'],
    );
    this.coldStarts = registry.counter(
      'sluice_cold_starts_total',
      'Invocations that waited for a new execution environment.',
      ['function'],
    );
    this.duration = registry.histogram('sluice_invocation_seconds', 'Run time of the handler.', ['function']);
    this.queueWait = registry.histogram(
      'sluice_queue_wait_seconds',
      'Time of an invocation that was not run time of its handler: queue, link, wait for an environment.',
      ['function'],
    );
  }

  /** `stage` is the metrics' name of the stage (`stageDimension`); null where there is no API. */
  route(api: string, stage: string | null, route: string): RouteMetrics {
    const dimensions: ApiDimensions = stage === null ? { kind: 'api', api } : { kind: 'api', api, stage, route };
    return new RouteMetrics(new ApiSeries(this.recorder.series(dimensions)), {
      counter: (status) => this.requests.labels(api, route, String(status)),
      latency: () => this.latency.labels(api, route),
      integrationLatency: () => this.integrationLatency.labels(api, route),
    });
  }

  /** The same object for a function wherever it is called from: how many run at once is known only together. */
  function(name: string): FunctionMetrics {
    let metrics = this.functions.get(name);
    if (metrics === undefined) {
      metrics = new FunctionMetrics(new FunctionSeries(this.recorder, name), {
        counter: (outcome) => this.invocations.labels(name, outcome),
        errors: () => this.errors.labels(name),
        coldStarts: () => this.coldStarts.labels(name),
        duration: () => this.duration.labels(name),
        queueWait: () => this.queueWait.labels(name),
      });
      this.functions.set(name, metrics);
    }
    return metrics;
  }

  /** Forgets a deleted API. */
  forgetApi(api: string): void {
    for (const family of [this.requests, this.latency, this.integrationLatency]) family.remove('api', api);
  }

  /** Forgets a deleted function. What still holds its metrics begins at zero. */
  forgetFunction(name: string): void {
    for (const family of [this.invocations, this.errors, this.coldStarts, this.duration, this.queueWait])
      family.remove('function', name);
    this.functions.get(name)?.forget();
    this.functions.delete(name);
  }
}

/** CloudWatch's name for what a canary of a stage answers. */
export function stageDimension(stage: string, canary: boolean): string {
  return canary ? `${stage}/Canary` : stage;
}

interface RouteChildren {
  readonly counter: (status: number) => Counter;
  readonly latency: () => Histogram;
  readonly integrationLatency: () => Histogram;
}

export class RouteMetrics {
  private readonly byStatus = new Map<number, Counter>();
  private latency: Histogram | null = null;
  private integrationLatency: Histogram | null = null;

  constructor(
    private readonly series: ApiSeries,
    private readonly children: RouteChildren,
  ) {}

  /** Once per request, whatever became of it. `bytes` are those of both bodies. */
  record(status: number, latencyMs: number, integrationMs: number, cacheStatus: CacheStatus, bytes: number): void {
    let counter = this.byStatus.get(status);
    if (counter === undefined) this.byStatus.set(status, (counter = this.children.counter(status)));
    counter.inc();
    (this.latency ??= this.children.latency()).observe(latencyMs / 1_000);
    if (integrationMs > 0)
      (this.integrationLatency ??= this.children.integrationLatency()).observe(integrationMs / 1_000);
    this.series.record(status, latencyMs, integrationMs, isCacheHit(cacheStatus), bytes);
  }
}

/** What the integration answered although there is a cache was a miss, whatever the reason. */
function isCacheHit(status: CacheStatus): boolean | null {
  return status === '' ? null : status === 'HIT' || status === 'STALE';
}

interface FunctionChildren {
  readonly counter: (outcome: string) => Counter;
  readonly errors: () => Counter;
  readonly coldStarts: () => Counter;
  readonly duration: () => Histogram;
  readonly queueWait: () => Histogram;
}

export class FunctionMetrics {
  private readonly byOutcome = new Map<Outcome | 'refused', Counter>();
  private duration: Histogram | null = null;
  private queueWait: Histogram | null = null;

  constructor(
    private readonly series: FunctionSeries,
    private readonly children: FunctionChildren,
  ) {}

  /** An invocation is handed over; it is under way until `ended`. */
  started(): void {
    this.series.started();
  }

  ended(): void {
    this.series.ended();
  }

  /** Once per invocation a runner answered. `totalMs` is 0 where nobody waited for it. */
  record(version: number, outcome: Outcome, durationUs: number, initUs: number, totalMs: number): void {
    this.count(outcome);
    const [failed, coldStart, durationMs] = [outcome !== OUTCOME.ok, initUs > 0, durationUs / 1_000];
    const queueWaitMs = Math.max(0, totalMs - durationMs);
    if (failed) this.children.errors().inc();
    if (coldStart) this.children.coldStarts().inc();
    (this.duration ??= this.children.duration()).observe(durationMs / 1_000);
    (this.queueWait ??= this.children.queueWait()).observe(queueWaitMs / 1_000);
    if (!DID_NOT_RUN.has(outcome)) this.series.record(version, failed, coldStart, durationMs, queueWaitMs);
    else if (outcome === OUTCOME.waitTimeout) this.series.throttled(version);
  }

  /** Runs an invocation and counts it, however it ends. */
  async measure<R extends InvocationTimes & { readonly outcome: Outcome }>(
    version: number,
    invoke: () => Promise<R>,
  ): Promise<R> {
    const startedAtMs = performance.now();
    this.started();
    try {
      const result = await invoke();
      this.record(version, result.outcome, result.durationUs, result.initUs, performance.now() - startedAtMs);
      return result;
    } catch (error) {
      this.refused();
      throw error;
    } finally {
      this.ended();
    }
  }

  /** Once per invocation that no runner took or whose runner was lost. */
  refused(): void {
    this.count('refused');
  }

  forget(): void {
    this.byOutcome.clear();
    this.duration = null;
    this.queueWait = null;
  }

  private count(outcome: Outcome | 'refused'): void {
    let counter = this.byOutcome.get(outcome);
    if (counter === undefined) {
      counter = this.children.counter(outcome === 'refused' ? 'refused' : outcomeName(outcome));
      this.byOutcome.set(outcome, counter);
    }
    counter.inc();
  }
}
