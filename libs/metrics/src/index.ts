export { AlarmStates, type AlarmStatus, type AlarmTransition } from './alarms/alarm-states';
export { evaluateAlarm, type Evaluation } from './alarms/evaluate-alarm';
export { type Child, type Family } from './family';
export { Counter, Gauge, Histogram, LATENCY_BUCKETS_SECONDS, MetricsRegistry } from './metrics-registry';
export { ApiSeries } from './series/api-series';
export { NO_API, type ApiDimensions, type Dimensions, type FunctionDimensions } from './series/dimensions';
export { FunctionSeries } from './series/function-series';
export { METRICS, type Metric, type MetricShape, type SeriesKind } from './series/metric-catalogue';
export { SeriesData } from './series/series-data';
export { SeriesRecorder, type SeriesRecorderOptions } from './series/series-recorder';
export { Sketch, SKETCH_RELATIVE_ERROR } from './series/sketch';
export { MetricFlusher, type MetricFlusherOptions } from './store/metric-flusher';
export {
  addPeriods,
  MetricReader,
  TooManySeries,
  type PeriodData,
  type SeriesSelection,
  type TimeRange,
} from './store/metric-reader';
export { MetricRollup, type MetricRollupOptions } from './store/metric-rollup';
export { MetricState } from './store/metric-state';
export { MetricStore } from './store/metric-store';
export { SeriesList } from './store/series-list';
export { isStatisticOf, statisticIn, statisticsOf, type Statistic } from './store/statistic';
