import { Controller, Get, Header, Inject, Res } from '@nestjs/common';
import { HealthCheck, HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { MetricsRegistry } from '@sluice/metrics';
import { type Response } from 'express';
import { Runner } from '../runner';

@Controller()
export class HealthController {
  constructor(
    @Inject(Runner) private readonly runner: Runner,
    @Inject(MetricsRegistry) private readonly registry: MetricsRegistry,
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(HealthIndicatorService) private readonly indicator: HealthIndicatorService,
  ) {}

  /** The event loop answers, nothing else. */
  @Get('health/live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** Redis has answered within 5 s, hosts have passed their self-test, and the runner is not draining. */
  @Get('health/ready')
  @HealthCheck()
  async ready(): Promise<unknown> {
    const result = await this.health.check([
      () => {
        const check = this.indicator.check('runner');
        const reasons = this.runner.notReadyBecause();
        return reasons.length === 0 ? check.up() : check.down({ reasons });
      },
    ]);
    return { ...result, runner: this.runner.status() };
  }

  @Get('metrics')
  @Header('cache-control', 'no-store')
  metrics(@Res() response: Response): void {
    response.type('text/plain; version=0.0.4; charset=utf-8').send(this.registry.render());
  }
}
