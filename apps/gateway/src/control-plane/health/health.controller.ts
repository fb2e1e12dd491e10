import { Controller, Get, Inject } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService, type HealthCheckResult } from '@nestjs/terminus';
import { Open } from '../http/authenticated';
import { Canary } from './canary';
import { Readiness, type ReadinessCheck } from './readiness';

@Controller('health')
export class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(HealthIndicatorService) private readonly indicators: HealthIndicatorService,
    @Inject(Readiness) private readonly readiness: Readiness,
    @Inject(Canary) private readonly canary: Canary,
  ) {}

  /** The event loop answers; nothing else is asked, or a Redis that is away would get every gateway restarted. */
  @Get('live')
  @Open()
  live(): object {
    return { status: 'ok' };
  }

  @Get('ready')
  @Open()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([
      async () => this.indicator('configuration', this.readiness.configurationCheck()),
      async () => this.indicator('redis', this.readiness.redisCheck()),
      async () => this.indicator('accepting', this.readiness.acceptingCheck()),
      // Shown, never a reason to be unready.
      async () =>
        this.indicators
          .check('canary')
          .up({ passed: this.canary.hasPassed, ageSeconds: Math.round(this.canary.ageSeconds) }),
    ]);
  }

  private indicator(name: string, { up, ...details }: ReadinessCheck) {
    const check = this.indicators.check(name);
    return up ? check.up(details) : check.down(details);
  }
}
