import {
  DEFAULT_STAGE,
  parseApiDefinition,
  SluiceError,
  type ApiDefinition,
  type ApiRecord,
  type Deployment,
} from '@sluice/contracts';
import { type MasterKey } from '@sluice/config';
import { type EgressPolicy } from '@sluice/egress';
import { keyedRoutes } from '@sluice/routing';
import { type ConfigurationStore } from '../../configuration/configuration-store';
import { checkRoutes } from '../../data-plane/validation/check-routes';
import { checkAuthorizers } from '../authorizers/check-authorizers';
import { checkCache } from '../cache/check-cache';
import { checkPreconditions, type Preconditions } from '../http/preconditions';
import { domainsOf } from '../domains/domain-uses';
import { deploymentUses, withDeployment } from './api-record-changes';
import { checkFunctions } from './definition-checks';
import { sealUpstreamKeys } from './seal-upstream-keys';
import { type DeploymentStore } from './deployment-store';

export interface ApiChange {
  readonly record: ApiRecord;
  readonly configurationVersion: number;
}

/** The rules of APIs: one is declared whole, and every route of it leads to a function that is there. */
export class ApiService {
  constructor(
    private readonly options: {
      readonly configuration: ConfigurationStore;
      readonly deployments: DeploymentStore;
      readonly egress: EgressPolicy;
      readonly masterKey: MasterKey;
      readonly newDeploymentId: () => string;
      readonly nowMs: () => number;
    },
  ) {}

  find(name: string): ApiRecord | undefined {
    return this.options.configuration.apis.get(name);
  }

  /** @throws SluiceError API_NOT_FOUND */
  get(name: string): ApiRecord {
    const record = this.find(name);
    if (record === undefined) throw new SluiceError('API_NOT_FOUND', `There is no API "${name}".`);
    return record;
  }

  /**
   * Makes a deployment of the definition; `serve` = `$default` serves it from then on.
   * @throws SluiceError VALIDATION_FAILED naming each bad route · PRECONDITION_FAILED · STAGE_HAS_CANARY
   */
  async put(
    name: string,
    input: unknown,
    preconditions: Preconditions,
    { serve = true, description }: { serve?: boolean; description?: string | undefined } = {},
  ): Promise<ApiChange & { created: boolean; deployment: Deployment }> {
    const deployment = await this.newDeployment(name, parseApiDefinition(input), description);
    try {
      return await this.take(name, deployment, preconditions, serve);
    } catch (error) {
      // What was refused is no deployment of the API; after any other failure it may be one.
      if (error instanceof SluiceError)
        await this.options.deployments.delete(name, [deployment.id]).catch(() => undefined);
      throw error;
    }
  }

  private async take(
    name: string,
    deployment: Deployment,
    preconditions: Preconditions,
    serve: boolean,
  ): Promise<ApiChange & { created: boolean; deployment: Deployment }> {
    const { configuration } = this.options;
    for (;;) {
      const seenVersion = configuration.version;
      const present = configuration.apis.get(name) ?? null;
      checkPreconditions(preconditions, present?.latestDeploymentId ?? null);
      const stage = present?.stages[DEFAULT_STAGE];
      if (serve && stage?.canary !== undefined) throw hasCanary(DEFAULT_STAGE);
      checkFunctions(deployment.definition, stage?.variables ?? {}, configuration);
      const record = withDeployment(name, present, deployment, { serve });
      // The functions were looked up in the configuration as it was then: had one been deleted since, this write fails.
      const version = await configuration.commit('api', name, present, record, seenVersion);
      if (version === null) continue;
      // What cannot be let go of now goes the next time.
      await this.prune(record).catch(() => undefined);
      return { record, deployment, created: present === null, configurationVersion: version };
    }
  }

  /**
   * Changes what is there: `decide` is asked again whenever somebody else was faster, and may throw to leave everything as it is.
   * @throws SluiceError API_NOT_FOUND, and what `decide` throws
   */
  async change(name: string, decide: (present: ApiRecord) => ApiRecord | Promise<ApiRecord>): Promise<ApiChange> {
    const { configuration } = this.options;
    for (;;) {
      const seenVersion = configuration.version;
      const present = this.get(name);
      const record = await decide(present);
      const version = await configuration.commit('api', name, present, record, seenVersion);
      if (version !== null) return { record, configurationVersion: version };
    }
  }

  /** Returns the configuration version. @throws SluiceError API_NOT_FOUND · API_IN_USE · PRECONDITION_FAILED */
  async delete(name: string, preconditions: Preconditions): Promise<number> {
    const { configuration, deployments } = this.options;
    for (;;) {
      const seenVersion = configuration.version;
      const present = this.get(name);
      checkPreconditions(preconditions, present.latestDeploymentId);
      const domains = domainsOf(configuration, name);
      if (domains.length > 0) {
        const message = `Custom domains lead to the API "${name}".`;
        throw new SluiceError('API_IN_USE', message, { details: domains });
      }
      const version = await configuration.commit('api', name, present, null, seenVersion);
      if (version === null) continue;
      await deployments.deleteAll(name);
      return version;
    }
  }

  /** Kept before it is served: a deployment that a stage has can always be looked up again. */
  private async newDeployment(name: string, definition: ApiDefinition, description?: string): Promise<Deployment> {
    const { deployments, egress, masterKey, newDeploymentId, nowMs } = this.options;
    keyedRoutes(definition.routes, { style: definition.apiStyle });
    checkAuthorizers(definition, egress);
    checkCache(definition);
    checkRoutes(definition);
    const deployment: Deployment = {
      id: newDeploymentId(),
      createdAt: new Date(nowMs()).toISOString(),
      ...(description === undefined ? {} : { description }),
      definition: sealUpstreamKeys(definition, name, masterKey),
    };
    await deployments.save(name, deployment);
    return deployment;
  }

  private async prune(record: ApiRecord): Promise<void> {
    const uses = deploymentUses(record);
    await this.options.deployments.prune(record.name, (id) => uses.has(id) || id === record.latestDeploymentId);
  }
}

export function hasCanary(stage: string): SluiceError {
  return new SluiceError('STAGE_HAS_CANARY', `The stage "${stage}" has a canary; promote or abort it first.`);
}
