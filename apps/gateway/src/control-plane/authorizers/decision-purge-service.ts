import { LIMITS, SluiceError, type AuthorizerPurge } from '@sluice/contracts';
import { type ConfigurationStore } from '../../configuration/configuration-store';
import { PURGES } from '../../data-plane/authorizers/follow-purges';

/** Makes every gateway forget what authorizers decided, through the configuration: it reaches a gateway that was away as well. */
export class DecisionPurgeService {
  constructor(private readonly configuration: ConfigurationStore) {}

  /** All decisions of a stage, or those about a principal. Returns the configuration version. @throws SluiceError API_NOT_FOUND · STAGE_NOT_FOUND */
  async purge(apiName: string, stage: string, principalId: string | undefined): Promise<number> {
    const api = this.configuration.apis.get(apiName);
    if (api === undefined) throw new SluiceError('API_NOT_FOUND', `There is no API "${apiName}".`);
    if (!Object.hasOwn(api.stages, stage))
      throw new SluiceError('STAGE_NOT_FOUND', `The API "${apiName}" has no stage "${stage.slice(0, 128)}".`);
    for (;;) {
      const present = this.configuration.records('authorizer-purges').get(PURGES) ?? null;
      const purges = present?.purges ?? [];
      const purge: AuthorizerPurge = {
        sequence: (purges.at(-1)?.sequence ?? 0) + 1,
        apiName,
        stage,
        ...(principalId === undefined ? {} : { principalId }),
      };
      const kept = [...purges, purge].slice(-LIMITS.authorizerPurgesKeptMax);
      const version = await this.configuration.commit('authorizer-purges', PURGES, present, {
        schema: 1,
        purges: kept,
      });
      if (version !== null) return version;
    }
  }
}
