import { type Deployment } from '@sluice/contracts';
import { RedisKeys, type Redis } from '@sluice/redis';

/** Every deployment of an API that is kept; those in use are in the API's record besides. */
export class DeploymentStore {
  constructor(private readonly redis: Redis) {}

  async save(apiName: string, deployment: Deployment): Promise<void> {
    await this.redis.hset(keys.deployments(apiName), deployment.id, JSON.stringify(deployment));
  }

  async load(apiName: string, deploymentId: string): Promise<Deployment | null> {
    const text = await this.redis.hget(keys.deployments(apiName), deploymentId);
    return text === null ? null : (JSON.parse(text) as Deployment);
  }

  async deleteAll(apiName: string): Promise<void> {
    await this.redis.del(keys.deployments(apiName));
  }
}

const keys = new RedisKeys();
