import { NO_FLUSHES, type ResponseCache } from '@sluice/caching';
import { type ConfigurationStore } from '../../configuration/configuration-store';

/** Flushes of all APIs are one record: a flush touches no API, and all of them are forgotten by time together. */
export const FLUSHES = 'all';

/** Applies flushes as they are configured, those there are already included. Returns a function that stops it. */
export function followFlushes(configuration: ConfigurationStore, cache: ResponseCache): () => void {
  const apply = (): void => cache.applyFlushes(configuration.records('cache-flushes').get(FLUSHES) ?? NO_FLUSHES);
  apply();
  return configuration.onChange(({ kind }) => {
    if (kind === 'all' || kind === 'cache-flushes') apply();
  });
}
