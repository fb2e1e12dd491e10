export { type Child, type Family } from './family';
export { Counter, Gauge, Histogram, LATENCY_BUCKETS_SECONDS, MetricsRegistry } from './metrics-registry';
