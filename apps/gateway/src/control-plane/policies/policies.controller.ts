import { Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { type AdminRequest } from '../http/admin-request';
import { Authenticated } from '../http/authenticated';
import { parseJsonBody } from '../http/json-body';
import { PolicySimulator } from './policy-simulator';

@Controller('v1/policies')
export class PoliciesController {
  constructor(@Inject(PolicySimulator) private readonly simulator: PolicySimulator) {}

  @Post('simulate')
  @HttpCode(200)
  @Authenticated({ action: 'sluice:SimulatePolicy', repeatable: true })
  simulate(@Req() request: AdminRequest): object {
    return { decisions: this.simulator.simulate(parseJsonBody(request.body)) };
  }
}
