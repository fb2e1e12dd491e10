/** Requests on the public listener, or invocations of functions. */
export type SeriesKind = 'api' | 'function';

/**
 * How a metric is kept. A counter has a sum; its average is that sum per request or invocation, as CloudWatch has it for error and hit
 * rates. A distribution has every statistic. A peak has a maximum only.
 */
export type MetricShape = 'counter' | 'distribution' | 'peak';

export interface Metric {
  readonly kind: SeriesKind;
  readonly shape: MetricShape;
  /** Its place among the metrics of its kind and shape. Stored data depends on it: append, never reorder. */
  readonly index: number;
  readonly unit: 'Count' | 'Milliseconds' | 'Bytes';
  readonly meaning: string;
}

export const API_COUNTER = {
  count: 0,
  clientErrors: 1,
  serverErrors: 2,
  cacheHits: 3,
  cacheMisses: 4,
  dataProcessed: 5,
} as const;
export const API_DISTRIBUTION = { latency: 0, integrationLatency: 1 } as const;

export const FUNCTION_COUNTER = {
  invocations: 0,
  errors: 1,
  throttles: 2,
  coldStarts: 3,
  deadLetterErrors: 4,
} as const;
export const FUNCTION_DISTRIBUTION = { duration: 0, queueWait: 1, iteratorAge: 2 } as const;
export const FUNCTION_PEAK = { concurrentExecutions: 0 } as const;

/** How many metrics of each shape a series has room for. */
export const SERIES_ROOM = {
  api: { counters: 6, distributions: 2, peaks: 0 },
  function: { counters: 5, distributions: 3, peaks: 1 },
} as const satisfies Record<SeriesKind, { counters: number; distributions: number; peaks: number }>;

/** Every metric there is, by CloudWatch's name where CloudWatch has it. `docs/metrics.md` lists the same. */
export const METRICS: Readonly<Record<string, Metric>> = {
  Count: counter('api', API_COUNTER.count, 'Requests.'),
  '4XXError': counter('api', API_COUNTER.clientErrors, 'Requests answered 400 to 499, by the gateway or behind it.'),
  '5XXError': counter('api', API_COUNTER.serverErrors, 'Requests answered 500 to 599, by the gateway or behind it.'),
  CacheHitCount: counter('api', API_COUNTER.cacheHits, 'Requests answered from the response cache.'),
  CacheMissCount: counter('api', API_COUNTER.cacheMisses, 'Requests that the cache is for and did not answer.'),
  DataProcessed: {
    ...counter('api', API_COUNTER.dataProcessed, 'Bytes of bodies, of requests and answers.'),
    unit: 'Bytes',
  },
  Latency: distribution('api', API_DISTRIBUTION.latency, 'From the head of a request to the end of its answer.'),
  IntegrationLatency: distribution(
    'api',
    API_DISTRIBUTION.integrationLatency,
    'From handing a request to its integration to the answer.',
  ),
  Invocations: counter('function', FUNCTION_COUNTER.invocations, 'Invocations that ran, failed ones included.'),
  Errors: counter('function', FUNCTION_COUNTER.errors, 'Invocations that threw, timed out or ended their environment.'),
  Throttles: counter('function', FUNCTION_COUNTER.throttles, 'Invocations refused because too many were under way.'),
  ColdStarts: counter('function', FUNCTION_COUNTER.coldStarts, 'Invocations that waited for a new environment.'),
  DeadLetterErrors: counter(
    'function',
    FUNCTION_COUNTER.deadLetterErrors,
    'Events that failed for good and could not be kept as dead letters.',
  ),
  Duration: distribution('function', FUNCTION_DISTRIBUTION.duration, 'Run time of the handler.'),
  QueueWait: distribution(
    'function',
    FUNCTION_DISTRIBUTION.queueWait,
    'Time of an invocation outside its handler: queue, link, wait for an environment.',
  ),
  IteratorAge: distribution(
    'function',
    FUNCTION_DISTRIBUTION.iteratorAge,
    'Age of the oldest event of a batch when its handler was called.',
  ),
  ConcurrentExecutions: {
    kind: 'function',
    shape: 'peak',
    index: FUNCTION_PEAK.concurrentExecutions,
    unit: 'Count',
    meaning: 'Most invocations under way at once: the sum of what each gateway saw, so never less than there were.',
  },
};

function counter(kind: SeriesKind, index: number, meaning: string): Metric {
  return { kind, shape: 'counter', index, unit: 'Count', meaning };
}

function distribution(kind: SeriesKind, index: number, meaning: string): Metric {
  return { kind, shape: 'distribution', index, unit: 'Milliseconds', meaning };
}
