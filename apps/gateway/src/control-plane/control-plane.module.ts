import { Module, type DynamicModule, type InjectionToken, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { AccessKeyUses, Authenticator, UsedSignatures } from '@sluice/iam';
import { type Logger } from '@sluice/logging';
import { AlarmStates, MetricsRegistry } from '@sluice/metrics';
import { type Access } from '../access';
import { ConfigurationStore } from '../configuration/configuration-store';
import { AlarmService } from './alarms/alarm-service';
import { AlarmsController } from './alarms/alarms.controller';
import { AccessKeyService } from './access-keys/access-key-service';
import { AccessKeysController } from './access-keys/access-keys.controller';
import { type AccessServices } from './access-services';
import { ApiOpenApiController } from './api-openapi/api-openapi.controller';
import { ApiOpenApiService } from './api-openapi/api-openapi-service';
import { type ApiServices } from './api-services';
import { ApiKeyService } from './api-keys/api-key-service';
import { ApiKeysController } from './api-keys/api-keys.controller';
import { ApiService } from './apis/api-service';
import { ApisController } from './apis/apis.controller';
import { AuthorizersController } from './authorizers/authorizers.controller';
import { DecisionPurgeService } from './authorizers/decision-purge-service';
import { CacheFlushService } from './cache/cache-flush-service';
import { CachePreviewService } from './cache/cache-preview-service';
import { CacheController } from './cache/cache.controller';
import { DeploymentService } from './deployments/deployment-service';
import { DeploymentsController } from './deployments/deployments.controller';
import { DomainService } from './domains/domain-service';
import { DomainsController } from './domains/domains.controller';
import { FunctionService } from './functions/function-service';
import { FunctionsController } from './functions/functions.controller';
import { GroupService } from './groups/group-service';
import { GroupsController } from './groups/groups.controller';
import { Canary } from './health/canary';
import { HealthController } from './health/health.controller';
import { Readiness } from './health/readiness';
import { AuthenticationGuard } from './http/authentication.guard';
import { ErrorFilter } from './http/error.filter';
import { RouteInventory } from './http/route-inventory';
import { InvocationService } from './invocations/invocation-service';
import { InvocationsController } from './invocations/invocations.controller';
import { LimitsController } from './limits/limits.controller';
import { LogService } from './logs/log-service';
import { LogsController } from './logs/logs.controller';
import { MetricService } from './metrics/metric-service';
import { MetricsController } from './metrics/metrics.controller';
import { RunnerFleet } from './metrics/runner-fleet';
import { StoredMetricsController } from './metrics/stored-metrics.controller';
import { OpenApiController } from './openapi/openapi.controller';
import { FunctionPoliciesController } from './policies/function-policies.controller';
import { FunctionPolicyService } from './policies/function-policy-service';
import { IdentityPoliciesController } from './policies/identity-policies.controller';
import { IdentityPolicyService } from './policies/identity-policy-service';
import { PoliciesController } from './policies/policies.controller';
import { PolicySimulator } from './policies/policy-simulator';
import { PublicAddress } from './public-address';
import { StageService } from './stages/stage-service';
import { StagesController } from './stages/stages.controller';
import { type UsageServices } from './usage-services';
import { UsagePlanService } from './usage-plans/usage-plan-service';
import { UsagePlansController } from './usage-plans/usage-plans.controller';
import { UsageController } from './usage/usage.controller';
import { UsageService } from './usage/usage-service';
import { UserService } from './users/user-service';
import { UsersController } from './users/users.controller';
import { WhoAmIController } from './users/whoami.controller';

export const CONTROLLERS = [
  FunctionsController,
  InvocationsController,
  LogsController,
  ApisController,
  DeploymentsController,
  StagesController,
  AuthorizersController,
  CacheController,
  DomainsController,
  ApiOpenApiController,
  UsersController,
  AccessKeysController,
  GroupsController,
  IdentityPoliciesController,
  FunctionPoliciesController,
  PoliciesController,
  WhoAmIController,
  UsagePlansController,
  ApiKeysController,
  UsageController,
  LimitsController,
  HealthController,
  MetricsController,
  StoredMetricsController,
  AlarmsController,
  OpenApiController,
];

/** What the control plane is made of; all of it is built outside, where settings and connections are. */
export interface ControlPlaneParts extends UsageServices, AccessServices, ApiServices {
  readonly access: Access;
  readonly configuration: ConfigurationStore;
  readonly functions: FunctionService;
  readonly decisionPurges: DecisionPurgeService;
  readonly cacheFlushes: CacheFlushService;
  readonly cachePreviews: CachePreviewService;
  readonly invocations: InvocationService;
  readonly logs: LogService;
  readonly readiness: Readiness;
  readonly canary: Canary;
  readonly metrics: MetricsRegistry;
  readonly storedMetrics: MetricService;
  readonly alarms: AlarmService;
  readonly alarmStates: AlarmStates;
  readonly runners: RunnerFleet;
  readonly address: PublicAddress;
  readonly logger: Logger;
}

@Module({})
export class ControlPlaneModule {
  static of(parts: ControlPlaneParts): DynamicModule {
    const part = <T>(provide: InjectionToken<T>, useValue: T): Provider => ({ provide, useValue });
    return {
      module: ControlPlaneModule,
      imports: [TerminusModule.forRoot({ logger: false, errorLogStyle: 'json' })],
      controllers: CONTROLLERS,
      providers: [
        part(Authenticator, parts.access.authenticator),
        part(AccessKeyUses, parts.access.uses),
        part(UsedSignatures, parts.access.usedSignatures),
        part(UserService, parts.users),
        part(GroupService, parts.groups),
        part(AccessKeyService, parts.accessKeys),
        part(IdentityPolicyService, parts.identityPolicies),
        part(FunctionPolicyService, parts.functionPolicies),
        part(PolicySimulator, parts.simulator),
        part(UsagePlanService, parts.usagePlans),
        part(ApiKeyService, parts.apiKeys),
        part(UsageService, parts.usage),
        part(ConfigurationStore, parts.configuration),
        part(FunctionService, parts.functions),
        part(ApiService, parts.apis),
        part(DeploymentService, parts.deployments),
        part(StageService, parts.stages),
        part(DomainService, parts.domains),
        part(ApiOpenApiService, parts.apiDocuments),
        part(DecisionPurgeService, parts.decisionPurges),
        part(CacheFlushService, parts.cacheFlushes),
        part(CachePreviewService, parts.cachePreviews),
        part(InvocationService, parts.invocations),
        part(LogService, parts.logs),
        part(Readiness, parts.readiness),
        part(Canary, parts.canary),
        part(MetricsRegistry, parts.metrics),
        part(MetricService, parts.storedMetrics),
        part(AlarmService, parts.alarms),
        part(AlarmStates, parts.alarmStates),
        part(RunnerFleet, parts.runners),
        part(PublicAddress, parts.address),
        { provide: APP_GUARD, useClass: AuthenticationGuard },
        { provide: APP_FILTER, useFactory: () => new ErrorFilter(new RouteInventory(CONTROLLERS), parts.logger) },
      ],
    };
  }
}
