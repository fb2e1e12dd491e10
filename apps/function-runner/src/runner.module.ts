import { Module, type DynamicModule } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { MetricsRegistry } from '@sluice/metrics';
import { HealthController } from './health/health.controller';
import { Runner } from './runner';

/** The HTTP side of a runner: health and metrics of what is given. */
@Module({})
export class RunnerModule {
  static of(runner: Runner, registry: MetricsRegistry): DynamicModule {
    return {
      module: RunnerModule,
      imports: [TerminusModule.forRoot({ logger: false })],
      controllers: [HealthController],
      providers: [
        { provide: Runner, useValue: runner },
        { provide: MetricsRegistry, useValue: registry },
      ],
    };
  }
}
