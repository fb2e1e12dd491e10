import { Controller, Delete, Inject, Param, Req } from '@nestjs/common';
import { parseApiName } from '@sluice/contracts';
import { ConfigurationStore } from '../../configuration/configuration-store';
import { propagationHeaders } from '../configuration-reply';
import { knownQueryParameters, type AdminRequest } from '../http/admin-request';
import { Authenticated } from '../http/authenticated';
import { Reply } from '../http/reply';
import { DecisionPurgeService } from './decision-purge-service';

@Controller('v1/apis/:api/stages/:stage/authorizers')
export class AuthorizersController {
  constructor(
    @Inject(DecisionPurgeService) private readonly purges: DecisionPurgeService,
    @Inject(ConfigurationStore) private readonly configuration: ConfigurationStore,
  ) {}

  @Delete('cache')
  @Authenticated({ action: 'sluice:FlushAuthorizersCache' })
  async flush(@Param('api') api: string, @Param('stage') stage: string, @Req() request: AdminRequest): Promise<Reply> {
    const { principal } = knownQueryParameters(request, ['principal']);
    const version = await this.purges.purge(parseApiName(api), stage, principal);
    return new Reply(204, null, await propagationHeaders(this.configuration, version));
  }
}
