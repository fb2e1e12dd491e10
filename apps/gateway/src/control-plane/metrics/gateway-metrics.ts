import { type ResponseCache } from '@sluice/caching';
import { type MetricsRegistry } from '@sluice/metrics';
import { type ConfigurationStore } from '../../configuration/configuration-store';
import { type Canary } from '../health/canary';

/** Gauges of the gateway itself, read when somebody looks. */
export function registerGatewayMetrics(
  registry: MetricsRegistry,
  canary: Canary,
  configuration: ConfigurationStore,
  cache: ResponseCache,
): void {
  const gauge = (name: string, help: string, read: () => number): void =>
    registry.gauge(name, help).labels().readFrom(read);
  gauge('sluice_canary_age_seconds', 'Since an invocation last came through the whole path.', () => canary.ageSeconds);
  gauge('sluice_config_version', 'Version of the configuration served here.', () => configuration.version);
  gauge('sluice_functions', 'Functions.', () => configuration.functions.size);
  gauge('sluice_apis', 'APIs.', () => configuration.apis.size);
  gauge('sluice_cache_bytes', 'Bytes of kept answers in memory here.', () => cache.held.bytes);
  gauge('sluice_cache_responses', 'Kept answers in memory here.', () => cache.held.responses);
  gauge('sluice_gateway_resident_bytes', 'Resident memory of the gateway.', () => process.memoryUsage.rss());
}
