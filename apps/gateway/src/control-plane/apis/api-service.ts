import {
  DEFAULT_STAGE,
  hasStageVariables,
  parseApiDefinition,
  parseFunctionName,
  SluiceError,
  type ApiDefinition,
  type ApiRecord,
  type Deployment,
  type ErrorDetail,
  type StageRecord,
} from '@sluice/contracts';
import { compileRoutes } from '@sluice/routing';
import { type ConfigurationStore } from '../../configuration/configuration-store';
import { checkPreconditions, type Preconditions } from '../http/preconditions';
import { type DeploymentStore } from './deployment-store';

/** The rules of APIs: one is declared whole, and every route of it leads to a function that is there. */
export class ApiService {
  constructor(
    private readonly options: {
      readonly configuration: ConfigurationStore;
      readonly deployments: DeploymentStore;
      readonly newDeploymentId: () => string;
      readonly nowMs: () => number;
    },
  ) {}

  /** @throws SluiceError API_NOT_FOUND */
  get(name: string): ApiRecord {
    const record = this.options.configuration.apis.get(name);
    if (record === undefined) throw new SluiceError('API_NOT_FOUND', `There is no API "${name}".`);
    return record;
  }

  /** @throws SluiceError VALIDATION_FAILED naming each bad route · PRECONDITION_FAILED */
  async put(
    name: string,
    input: unknown,
    preconditions: Preconditions,
  ): Promise<{ record: ApiRecord; created: boolean; configurationVersion: number }> {
    const { configuration, deployments, newDeploymentId, nowMs } = this.options;
    const definition = parseApiDefinition(input);
    compileRoutes(definition.routes, { style: definition.apiStyle });
    const createdAt = new Date(nowMs()).toISOString();
    const deployment: Deployment = { id: newDeploymentId(), createdAt, definition };
    // Kept before it is served: a deployment that a stage has can always be looked up again.
    await deployments.save(name, deployment);
    for (;;) {
      const seenVersion = configuration.version;
      const present = configuration.apis.get(name) ?? null;
      checkPreconditions(preconditions, present?.latestDeploymentId ?? null);
      this.checkFunctions(definition);
      const record = deployed(name, present, deployment);
      // The functions were looked up in the configuration as it was then: had one been deleted since, this write fails.
      const version = await configuration.commit('api', name, present, record, seenVersion);
      if (version !== null) return { record, created: present === null, configurationVersion: version };
    }
  }

  /** Returns the configuration version. @throws SluiceError API_NOT_FOUND · PRECONDITION_FAILED */
  async delete(name: string, preconditions: Preconditions): Promise<number> {
    for (;;) {
      const present = this.get(name);
      checkPreconditions(preconditions, present.latestDeploymentId);
      const version = await this.options.configuration.commit('api', name, present, null);
      if (version === null) continue;
      await this.options.deployments.deleteAll(name);
      return version;
    }
  }

  private checkFunctions({ routes }: ApiDefinition): void {
    const details: ErrorDetail[] = [];
    routes.forEach(({ route, integration }, index) => {
      if (integration.type !== 'function') return;
      const { function: functionName, qualifier } = integration;
      // What a stage variable names is known when a stage has it.
      if (hasStageVariables(functionName) || hasStageVariables(qualifier ?? '')) return;
      if (this.options.configuration.resolve(functionName, qualifier) !== null) return;
      const path = `routes[${index}] (${route.slice(0, 100)}).integration`;
      if (this.options.configuration.functions.has(functionName)) {
        details.push({ path: `${path}.qualifier`, message: `the function "${functionName}" has no "${qualifier}"` });
      } else {
        details.push({ path: `${path}.function`, message: `there is no function "${shown(functionName)}"` });
      }
    });
    const [first] = details;
    if (first === undefined) return;
    const message = `A route leads nowhere: ${'path' in first ? first.path : ''}: ${first.message}.`;
    throw new SluiceError('VALIDATION_FAILED', message, { details: details.slice(0, 100) });
  }
}

/** The API with its newest deployment, served by `$default`. */
function deployed(name: string, present: ApiRecord | null, deployment: Deployment): ApiRecord {
  const { id, createdAt } = deployment;
  const stage = present?.stages[DEFAULT_STAGE];
  const stages: Record<string, StageRecord> = {
    ...present?.stages,
    [DEFAULT_STAGE]: {
      ...(stage ?? { variables: {}, routes: {}, createdAt }),
      deploymentId: id,
      ...(stage === undefined ? {} : { previousDeploymentId: stage.deploymentId }),
      updatedAt: createdAt,
    },
  };
  const used = Object.values(stages).flatMap(({ deploymentId, canary }) => [deploymentId, canary?.deploymentId]);
  const kept = Object.entries(present?.deployments ?? {}).filter(([deploymentId]) => used.includes(deploymentId));
  return {
    schema: 2,
    name,
    createdAt: present?.createdAt ?? createdAt,
    latestDeploymentId: id,
    stages,
    deployments: { ...Object.fromEntries(kept), [id]: deployment },
  };
}

/** A name that could never be one is not repeated in full. */
function shown(functionName: string): string {
  try {
    return parseFunctionName(functionName);
  } catch {
    return functionName.slice(0, 64);
  }
}
