import { API_COUNTER, API_DISTRIBUTION } from './metric-catalogue';
import { type RecordedSeries } from './series-recorder';
import { type Sketch } from './sketch';

/** Records the requests of one route of one stage. */
export class ApiSeries {
  constructor(private readonly series: RecordedSeries) {}

  /**
   * Once per request, whatever became of it. `integrationMs` is 0 where no integration was asked, `cacheHit` null where no cache was;
   * `bytes` are those of both bodies.
   */
  record(status: number, latencyMs: number, integrationMs: number, cacheHit: boolean | null, bytes: number): void {
    const { counters, distributions } = this.series.present;
    increase(counters, API_COUNTER.count, 1);
    if (status >= 400) increase(counters, status < 500 ? API_COUNTER.clientErrors : API_COUNTER.serverErrors, 1);
    if (cacheHit !== null) increase(counters, cacheHit ? API_COUNTER.cacheHits : API_COUNTER.cacheMisses, 1);
    increase(counters, API_COUNTER.dataProcessed, bytes);
    (distributions[API_DISTRIBUTION.latency] as Sketch).add(latencyMs);
    if (integrationMs > 0) (distributions[API_DISTRIBUTION.integrationLatency] as Sketch).add(integrationMs);
  }
}

export function increase(numbers: Float64Array, index: number, by: number): void {
  numbers[index] = (numbers[index] as number) + by;
}
