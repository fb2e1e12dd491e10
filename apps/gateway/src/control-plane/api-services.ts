import { randomBytes } from 'node:crypto';
import { type MasterKey } from '@sluice/config';
import { SluiceError } from '@sluice/contracts';
import { type EgressPolicy } from '@sluice/egress';
import { type Redis } from '@sluice/redis';
import { type ConfigurationStore } from '../configuration/configuration-store';
import { ApiOpenApiService } from './api-openapi/api-openapi-service';
import { ApiService } from './apis/api-service';
import { DeploymentStore } from './apis/deployment-store';
import { DeploymentService } from './deployments/deployment-service';
import { DomainService } from './domains/domain-service';
import { StageService } from './stages/stage-service';

/** What the control plane needs to say what APIs are and where they are served. */
export interface ApiServices {
  readonly apis: ApiService;
  readonly deployments: DeploymentService;
  readonly stages: StageService;
  readonly domains: DomainService;
  readonly apiDocuments: ApiOpenApiService;
}

export function apiServices(options: {
  readonly configuration: ConfigurationStore;
  /** Durable. */
  readonly redis: Redis;
  readonly egress: EgressPolicy;
  readonly masterKey: MasterKey;
}): ApiServices {
  const { configuration, redis, egress, masterKey } = options;
  const nowMs = Date.now;
  const deploymentStore = new DeploymentStore(redis);
  const apis = new ApiService({
    configuration,
    deployments: deploymentStore,
    egress,
    masterKey,
    newDeploymentId,
    nowMs,
  });
  const deployments = new DeploymentService(apis, deploymentStore);
  const stages = new StageService({ apis, deployments, configuration, egress, nowMs });
  return {
    apis,
    deployments,
    stages,
    domains: new DomainService({ configuration, masterKey, nowMs }),
    apiDocuments: new ApiOpenApiService(apis, stages, deployments),
  };
}

/** Ends a canary, unless somebody else did before. */
export async function endCanary(
  { stages }: ApiServices,
  api: string,
  stage: string,
  deploymentId: string,
  reason: string,
): Promise<void> {
  try {
    await stages.abortCanary(api, stage, reason, deploymentId);
  } catch (error) {
    if (!(error instanceof SluiceError && ENDED.has(error.code))) throw error;
  }
}

const ENDED: ReadonlySet<string> = new Set(['CANARY_NOT_FOUND', 'STAGE_NOT_FOUND', 'API_NOT_FOUND']);

/** Ten letters and digits, as AWS names deployments. */
function newDeploymentId(): string {
  return randomBytes(8).readBigUInt64BE().toString(36).padStart(10, '0').slice(-10);
}
