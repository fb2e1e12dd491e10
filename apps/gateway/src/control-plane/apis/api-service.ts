import {
  parseApiDefinition,
  parseFunctionName,
  SluiceError,
  type ApiDefinition,
  type ApiRecord,
  type ErrorDetail,
} from '@sluice/contracts';
import { compileRoutes } from '@sluice/routing';
import { type ConfigurationStore } from '../../configuration/configuration-store';
import { checkPreconditions, type Preconditions } from '../http/preconditions';

/** The rules of APIs: one is declared whole, and every route of it leads to a function that is there. */
export class ApiService {
  constructor(
    private readonly options: {
      readonly configuration: ConfigurationStore;
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
    const { configuration, newDeploymentId, nowMs } = this.options;
    const definition = parseApiDefinition(input);
    compileRoutes(definition.routes, { style: definition.apiStyle });
    const createdAt = new Date(nowMs()).toISOString();
    for (;;) {
      const seenVersion = configuration.version;
      const present = configuration.apis.get(name) ?? null;
      checkPreconditions(preconditions, present?.deploymentId ?? null);
      this.checkFunctions(definition);
      const record: ApiRecord = { schema: 1, name, deploymentId: newDeploymentId(), createdAt, ...definition };
      // The functions were looked up in the configuration as it was then: had one been deleted since, this write fails.
      const version = await configuration.commit('api', name, present, record, seenVersion);
      if (version !== null) return { record, created: present === null, configurationVersion: version };
    }
  }

  /** Returns the configuration version. @throws SluiceError API_NOT_FOUND · PRECONDITION_FAILED */
  async delete(name: string, preconditions: Preconditions): Promise<number> {
    for (;;) {
      const present = this.get(name);
      checkPreconditions(preconditions, present.deploymentId);
      const version = await this.options.configuration.commit('api', name, present, null);
      if (version !== null) return version;
    }
  }

  private checkFunctions({ routes }: ApiDefinition): void {
    const details: ErrorDetail[] = [];
    routes.forEach(({ route, integration }, index) => {
      const { function: functionName, qualifier } = integration;
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

/** A name that could never be one is not repeated in full. */
function shown(functionName: string): string {
  try {
    return parseFunctionName(functionName);
  } catch {
    return functionName.slice(0, 64);
  }
}
