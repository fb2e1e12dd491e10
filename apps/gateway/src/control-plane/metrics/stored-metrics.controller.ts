import { Controller, Get, Inject, Req } from '@nestjs/common';
import { Authenticated } from '../http/authenticated';
import { type AdminRequest } from '../http/admin-request';
import { MetricService, type MetricAnswer } from './metric-service';

@Controller('v1/metrics')
export class StoredMetricsController {
  constructor(@Inject(MetricService) private readonly metrics: MetricService) {}

  @Get()
  @Authenticated({ action: 'sluice:GetMetricData' })
  query(@Req() request: AdminRequest): Promise<MetricAnswer> {
    return this.metrics.query(request);
  }

  @Get('series')
  @Authenticated({ action: 'sluice:ListMetrics' })
  series(@Req() request: AdminRequest): Promise<object> {
    return this.metrics.series(request);
  }
}
