import { Controller, Get, Req } from '@nestjs/common';
import { ACCOUNT_ID } from '@sluice/contracts';
import { type AdminRequest } from '../http/admin-request';
import { Authenticated } from '../http/authenticated';

@Controller('v1/whoami')
export class WhoAmIController {
  /** Whoever has an access key may know whose it is. */
  @Get()
  @Authenticated({ action: 'sluice:GetCallerIdentity', anyPrincipal: true })
  whoAmI(@Req() { principal }: AdminRequest): object {
    return {
      kind: principal?.kind,
      arn: principal?.arn,
      userId: principal?.userId,
      account: ACCOUNT_ID,
      accessKeyId: principal?.accessKeyId,
    };
  }
}
