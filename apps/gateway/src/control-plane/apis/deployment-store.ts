import { LIMITS, type Deployment } from '@sluice/contracts';
import { RedisKeys, type Redis } from '@sluice/redis';

/** A deployment without its routes. */
export interface DeploymentSummary {
  readonly id: string;
  readonly createdAt: string;
  readonly description?: string;
  readonly apiStyle: string;
  readonly routeCount: number;
}

/** Every deployment of an API that is kept; those in use are in the API's record besides. */
export class DeploymentStore {
  constructor(private readonly redis: Redis) {}

  async save(apiName: string, deployment: Deployment): Promise<void> {
    const { id, createdAt, description, definition } = deployment;
    const summary: DeploymentSummary = {
      id,
      createdAt,
      ...(description === undefined ? {} : { description }),
      apiStyle: definition.apiStyle,
      routeCount: definition.routes.length,
    };
    await this.redis
      .multi()
      .hset(keys.deployments(apiName), id, JSON.stringify(deployment))
      .hset(keys.deploymentIndex(apiName), id, JSON.stringify(summary))
      .exec();
  }

  async load(apiName: string, deploymentId: string): Promise<Deployment | null> {
    const text = await this.redis.hget(keys.deployments(apiName), deploymentId);
    return text === null ? null : (JSON.parse(text) as Deployment);
  }

  /** Newest first. */
  async list(apiName: string): Promise<DeploymentSummary[]> {
    const texts = await this.redis.hvals(keys.deploymentIndex(apiName));
    const summaries = texts.map((text) => JSON.parse(text) as DeploymentSummary);
    return summaries.sort((a, b) =>
      a.createdAt === b.createdAt ? (a.id < b.id ? 1 : -1) : a.createdAt < b.createdAt ? 1 : -1,
    );
  }

  async delete(apiName: string, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.redis
      .multi()
      .hdel(keys.deployments(apiName), ...ids)
      .hdel(keys.deploymentIndex(apiName), ...ids)
      .exec();
  }

  /** Lets go of all but the newest and those that stages need. */
  async prune(apiName: string, needed: (deploymentId: string) => boolean): Promise<void> {
    const old = (await this.list(apiName)).slice(LIMITS.deploymentsKeptMax);
    await this.delete(
      apiName,
      old.flatMap(({ id }) => (needed(id) ? [] : [id])),
    );
  }

  async deleteAll(apiName: string): Promise<void> {
    await this.redis.del(keys.deployments(apiName), keys.deploymentIndex(apiName));
  }
}

const keys = new RedisKeys();
