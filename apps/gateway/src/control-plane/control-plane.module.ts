import { Module, type DynamicModule, type InjectionToken, type Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { Authenticator } from '@sluice/iam';
import { type Logger } from '@sluice/logging';
import { MetricsRegistry } from '@sluice/metrics';
import { ConfigurationStore } from '../configuration/configuration-store';
import { ApiService } from './apis/api-service';
import { ApisController } from './apis/apis.controller';
import { FunctionService } from './functions/function-service';
import { FunctionsController } from './functions/functions.controller';
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
import { PublicAddress } from './public-address';

export const CONTROLLERS = [
  FunctionsController,
  InvocationsController,
  LogsController,
  ApisController,
  LimitsController,
  HealthController,
  MetricsController,
  StoredMetricsController,
  OpenApiController,
];

/** What the control plane is made of; all of it is built outside, where settings and connections are. */
export interface ControlPlaneParts {
  readonly authenticator: Authenticator;
  readonly configuration: ConfigurationStore;
  readonly functions: FunctionService;
  readonly apis: ApiService;
  readonly invocations: InvocationService;
  readonly logs: LogService;
  readonly readiness: Readiness;
  readonly canary: Canary;
  readonly metrics: MetricsRegistry;
  readonly storedMetrics: MetricService;
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
        part(Authenticator, parts.authenticator),
        part(ConfigurationStore, parts.configuration),
        part(FunctionService, parts.functions),
        part(ApiService, parts.apis),
        part(InvocationService, parts.invocations),
        part(LogService, parts.logs),
        part(Readiness, parts.readiness),
        part(Canary, parts.canary),
        part(MetricsRegistry, parts.metrics),
        part(MetricService, parts.storedMetrics),
        part(RunnerFleet, parts.runners),
        part(PublicAddress, parts.address),
        { provide: APP_GUARD, useClass: AuthenticationGuard },
        { provide: APP_FILTER, useFactory: () => new ErrorFilter(new RouteInventory(CONTROLLERS), parts.logger) },
      ],
    };
  }
}
