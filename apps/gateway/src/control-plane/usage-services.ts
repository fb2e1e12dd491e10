import { randomBytes } from 'node:crypto';
import { type MasterKey } from '@sluice/config';
import { type Redis } from '@sluice/redis';
import { QuotaGrants, UsageReader, type ApiKeyDirectory } from '@sluice/throttling';
import { type ConfigurationStore } from '../configuration/configuration-store';
import { ApiKeyService } from './api-keys/api-key-service';
import { UsagePlanService } from './usage-plans/usage-plan-service';
import { UsageService } from './usage/usage-service';

/** What the control plane needs to say who may call how often, and what it costs. */
export interface UsageServices {
  readonly usagePlans: UsagePlanService;
  readonly apiKeys: ApiKeyService;
  readonly usage: UsageService;
}

export function usageServices(options: {
  readonly configuration: ConfigurationStore;
  readonly directory: ApiKeyDirectory;
  /** Durable. */
  readonly redis: Redis;
  readonly masterKey: MasterKey;
}): UsageServices {
  const { configuration, directory, redis, masterKey } = options;
  const nowMs = Date.now;
  const reader = new UsageReader(redis);
  return {
    usagePlans: new UsagePlanService({ configuration, masterKey, nowMs }),
    apiKeys: new ApiKeyService({ configuration, directory, usage: reader, randomBytes, nowMs }),
    usage: new UsageService({ configuration, reader, grants: new QuotaGrants(redis, nowMs), nowMs }),
  };
}
