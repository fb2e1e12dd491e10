import { type Counter, type Family, type Histogram, type MetricsRegistry } from '@sluice/metrics';
import { outcomeName, type Outcome } from '@sluice/contracts';

/** What the data plane measures. Children are made once per route and function, so that recording is a few additions. */
export class RequestMetrics {
  private readonly requests: Family<Counter>;
  private readonly latency: Family<Histogram>;
  private readonly integrationLatency: Family<Histogram>;
  private readonly invocations: Family<Counter>;
  private readonly errors: Family<Counter>;
  private readonly coldStarts: Family<Counter>;
  private readonly duration: Family<Histogram>;
  private readonly queueWait: Family<Histogram>;

  constructor(registry: MetricsRegistry) {
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
    this.invocations = registry.counter(
      'sluice_invocations_total',
      'Invocations handed to runners through a route or function URL, by outcome.',
      ['function', 'outcome'],
    );
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

  route(api: string, route: string): RouteMetrics {
    return new RouteMetrics(
      (status) => this.requests.labels(api, route, String(status)),
      this.latency.labels(api, route),
      this.integrationLatency.labels(api, route),
    );
  }

  function(name: string): FunctionMetrics {
    return new FunctionMetrics(
      (outcome) => this.invocations.labels(name, outcome),
      this.errors.labels(name),
      this.coldStarts.labels(name),
      this.duration.labels(name),
      this.queueWait.labels(name),
    );
  }

  /** Forgets a deleted API. */
  forgetApi(api: string): void {
    for (const family of [this.requests, this.latency, this.integrationLatency]) family.remove('api', api);
  }

  /** Forgets a deleted function. */
  forgetFunction(name: string): void {
    for (const family of [this.invocations, this.errors, this.coldStarts, this.duration, this.queueWait])
      family.remove('function', name);
  }
}

export class RouteMetrics {
  private readonly byStatus = new Map<number, Counter>();

  constructor(
    private readonly counter: (status: number) => Counter,
    private readonly latency: Histogram,
    private readonly integrationLatency: Histogram,
  ) {}

  /** Once per request, whatever became of it. */
  record(status: number, latencyMs: number, integrationMs: number): void {
    let counter = this.byStatus.get(status);
    if (counter === undefined) this.byStatus.set(status, (counter = this.counter(status)));
    counter.inc();
    this.latency.observe(latencyMs / 1_000);
    if (integrationMs > 0) this.integrationLatency.observe(integrationMs / 1_000);
  }
}

export class FunctionMetrics {
  private readonly byOutcome = new Map<Outcome | 'refused', Counter>();

  constructor(
    private readonly counter: (outcome: string) => Counter,
    private readonly errors: Counter,
    private readonly coldStarts: Counter,
    private readonly duration: Histogram,
    private readonly queueWait: Histogram,
  ) {}

  /** Once per invocation a runner answered. */
  record(outcome: Outcome, durationUs: number, initUs: number, totalMs: number): void {
    this.count(outcome);
    if (outcome !== 0) this.errors.inc();
    if (initUs > 0) this.coldStarts.inc();
    this.duration.observe(durationUs / 1e6);
    this.queueWait.observe(Math.max(0, totalMs / 1_000 - durationUs / 1e6));
  }

  /** Once per invocation that no runner took or whose runner was lost. */
  refused(): void {
    this.count('refused');
  }

  private count(outcome: Outcome | 'refused'): void {
    let counter = this.byOutcome.get(outcome);
    if (counter === undefined) {
      counter = this.counter(outcome === 'refused' ? 'refused' : outcomeName(outcome));
      this.byOutcome.set(outcome, counter);
    }
    counter.inc();
  }
}
