import { Controller, Get, Inject } from '@nestjs/common';
import { MetricsRegistry } from '@sluice/metrics';
import { Open } from '../http/authenticated';
import { Reply } from '../http/reply';
import { RunnerFleet } from './runner-fleet';

@Controller('metrics')
export class MetricsController {
  constructor(
    @Inject(MetricsRegistry) private readonly registry: MetricsRegistry,
    @Inject(RunnerFleet) private readonly runners: RunnerFleet,
  ) {}

  /** Prometheus text format 0.0.4. */
  @Get()
  @Open()
  async metrics(): Promise<Reply> {
    const text = this.registry.render() + (await this.runners.render());
    return new Reply(200, text, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
  }
}
