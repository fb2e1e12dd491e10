import {
  deploymentNamed,
  latestDeployment,
  parseInput,
  SluiceError,
  type Deployment,
  type ErrorDetail,
} from '@sluice/contracts';
import { z } from 'zod';
import { deploymentUses } from '../apis/api-record-changes';
import { type ApiService, type ApiChange } from '../apis/api-service';
import { type DeploymentStore, type DeploymentSummary } from '../apis/deployment-store';
import { definitionDiff, type DefinitionDiff } from './definition-diff';

const newDeployment = z.strictObject({
  /** Absent = the newest definition once more. */
  definition: z.unknown().optional(),
  description: z.string().max(1_024).optional(),
});

/** Immutable states of APIs: made, looked at, compared, let go of when nothing needs them. */
export class DeploymentService {
  constructor(
    private readonly apis: ApiService,
    private readonly deployments: DeploymentStore,
  ) {}

  /** Makes a deployment that no stage serves yet. @throws SluiceError API_NOT_FOUND · VALIDATION_FAILED */
  async create(api: string, input: unknown): Promise<ApiChange & { deployment: Deployment }> {
    const { definition, description } = parseInput(newDeployment, input, 'The deployment');
    const present = this.apis.get(api);
    const preconditions = { ifMatch: '*', onlyIfAbsent: false } as const;
    return this.apis.put(api, definition ?? latestDeployment(present).definition, preconditions, {
      serve: false,
      description,
    });
  }

  /** Newest first. @throws SluiceError API_NOT_FOUND */
  async list(api: string): Promise<DeploymentSummary[]> {
    this.apis.get(api);
    return this.deployments.list(api);
  }

  /** @throws SluiceError API_NOT_FOUND · DEPLOYMENT_NOT_FOUND */
  async get(api: string, id: string): Promise<Deployment> {
    const deployment = deploymentNamed(this.apis.get(api), id) ?? (await this.deployments.load(api, id));
    if (deployment === null) {
      throw new SluiceError('DEPLOYMENT_NOT_FOUND', `The API "${api}" has no deployment "${id.slice(0, 32)}".`);
    }
    return deployment;
  }

  /** What changed from `against` to `id`. @throws SluiceError API_NOT_FOUND · DEPLOYMENT_NOT_FOUND */
  async diff(api: string, id: string, against: string): Promise<DefinitionDiff & { from: string; to: string }> {
    const [from, to] = [await this.get(api, against), await this.get(api, id)];
    return { from: from.id, to: to.id, ...definitionDiff(from.definition, to.definition) };
  }

  /** @throws SluiceError API_NOT_FOUND · DEPLOYMENT_NOT_FOUND · DEPLOYMENT_IN_USE naming the stages */
  async delete(api: string, id: string): Promise<void> {
    await this.get(api, id);
    const record = this.apis.get(api);
    const details: ErrorDetail[] = [];
    const use = deploymentUses(record).get(id);
    if (use !== undefined) details.push({ path: id, message: use });
    if (id === record.latestDeploymentId) details.push({ path: id, message: 'it is the newest' });
    if (details.length > 0) {
      throw new SluiceError('DEPLOYMENT_IN_USE', `The deployment "${id}" is in use.`, { details });
    }
    await this.deployments.delete(api, [id]);
  }
}
