import { LIMITS } from '@sluice/contracts';
import {
  MetricFlusher,
  MetricReader,
  MetricRollup,
  MetricState,
  MetricStore,
  SeriesList,
  SeriesRecorder,
  type MetricsRegistry,
} from '@sluice/metrics';
import { type Redis, type RedisKeys } from '@sluice/redis';

export interface MetricArchiveOptions {
  /** Durable. */
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly gatewayId: string;
  /** Metrics of all gateways together, about. */
  readonly bytesMax: number;
  /** Wall clock. */
  readonly nowMs: () => number;
  readonly onError: (message: string, error: unknown) => void;
}

/** A reader sees what this gateway measured up to now, and what the others did up to ten seconds ago; asking in a row costs nothing. */
const FRESH_FOR_MS = 1_000;

/** What this gateway measures, on its way to what all gateways measured. */
export class MetricArchive {
  readonly recorder = new SeriesRecorder({ seriesMax: LIMITS.metricSeriesPerMinuteMax });
  readonly reader: MetricReader;
  readonly rollup: MetricRollup;
  private readonly flusher: MetricFlusher;
  private flushedAtMs = -Infinity;

  constructor(private readonly options: MetricArchiveOptions) {
    const { redis, keys, gatewayId, bytesMax, nowMs, onError } = options;
    const [store, state, list] = [
      new MetricStore({ redis, keys }),
      new MetricState({ redis, keys }),
      new SeriesList({ redis, keys }),
    ];
    this.reader = new MetricReader({ store, state, list });
    this.rollup = new MetricRollup({ store, state, list, bytesMax, nowMs });
    this.flusher = new MetricFlusher({
      recorder: this.recorder,
      store,
      state,
      list,
      writer: gatewayId,
      nowMs,
      onError,
    });
  }

  start(registry: MetricsRegistry): void {
    registry
      .gauge('sluice_metrics_series', 'Series measured in the present minute.')
      .labels()
      .readFrom(() => this.recorder.current.size);
    registry
      .gauge('sluice_metrics_dropped_minutes', 'Minutes of metrics lost because Redis was away for too long.')
      .labels()
      .readFrom(() => this.flusher.droppedMinutes);
    this.flusher.start();
  }

  async stop(): Promise<void> {
    await this.flusher.stop();
  }

  /** Before a reader looks. */
  async refresh(): Promise<void> {
    const nowMs = this.options.nowMs();
    if (nowMs - this.flushedAtMs < FRESH_FOR_MS) return;
    this.flushedAtMs = nowMs;
    await this.flusher.flush();
  }
}
