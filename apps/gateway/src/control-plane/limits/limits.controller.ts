import { Controller, Get } from '@nestjs/common';
import { LIMITS } from '@sluice/contracts';
import { Authenticated } from '../http/authenticated';

@Controller('v1/limits')
export class LimitsController {
  @Get()
  @Authenticated({ action: 'sluice:GetLimits' })
  limits(): object {
    return LIMITS;
  }
}
