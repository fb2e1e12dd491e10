import { NO_FLUSHES, withFlush } from '@sluice/caching';
import { LIMITS, SluiceError, type ApiRecord, type CacheFlush } from '@sluice/contracts';
import { type ConfigurationStore } from '../../configuration/configuration-store';
import { FLUSHES } from '../../data-plane/cache/follow-flushes';
import { requireStage } from './require-stage';

/** Makes kept answers void on every gateway, through the configuration: a gateway that was away hears of it before it answers from its cache again. */
export class CacheFlushService {
  constructor(private readonly options: { readonly configuration: ConfigurationStore; readonly nowMs: () => number }) {}

  /**
   * Returns the configuration version from which on nothing that the flush names is answered with.
   * @throws SluiceError API_NOT_FOUND · STAGE_NOT_FOUND · VALIDATION_FAILED when no deployment that the stage serves has the route
   */
  async flush(flush: CacheFlush): Promise<number> {
    const { configuration, nowMs } = this.options;
    this.check(flush);
    for (;;) {
      const present = configuration.records('cache-flushes').get(FLUSHES) ?? null;
      const next = withFlush(present ?? NO_FLUSHES, flush, nowMs());
      const version = await configuration.commit('cache-flushes', FLUSHES, present, next);
      if (version !== null) return version;
    }
  }

  private check({ api, stage, route, tag }: CacheFlush): void {
    const record = requireStage(this.options.configuration, api, stage);
    if (route !== undefined && !routesOf(record, stage).has(route))
      throw invalid('route', `is no route key of the stage: as declared, such as "GET /items/{id}"`);
    if (tag !== undefined && !(tag.length <= LIMITS.cacheTagCharsMax && /^[^\s,]+$/.test(tag)))
      throw invalid('tag', `must be 1 to ${LIMITS.cacheTagCharsMax} characters without spaces and commas`);
  }
}

function routesOf({ stages, deployments }: ApiRecord, stage: string): Set<string> {
  const { deploymentId, canary } = stages[stage] ?? {};
  const served = [deploymentId, canary?.deploymentId].flatMap((id) => (id === undefined ? [] : [deployments[id]]));
  return new Set(served.flatMap((deployment) => deployment?.definition.routes.map(({ route }) => route) ?? []));
}

function invalid(path: string, message: string): SluiceError {
  return new SluiceError('VALIDATION_FAILED', `Nothing was flushed: ${path} ${message}.`, {
    details: [{ path, message }],
  });
}
