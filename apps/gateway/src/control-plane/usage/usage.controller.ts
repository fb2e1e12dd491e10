import { Controller, Get, Inject, Req } from '@nestjs/common';
import { type AdminRequest } from '../http/admin-request';
import { Authenticated } from '../http/authenticated';
import { type Reply } from '../http/reply';
import { UsageService } from './usage-service';

@Controller('v1/usage')
export class UsageController {
  constructor(@Inject(UsageService) private readonly usage: UsageService) {}

  @Get()
  @Authenticated({ action: 'sluice:GetUsage' })
  report(@Req() request: AdminRequest): Promise<Reply> {
    return this.usage.report(request);
  }
}
