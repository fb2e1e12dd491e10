import { Controller, Delete, Get, Inject, Param, Put, Req } from '@nestjs/common';
import { parseFunctionName, type PolicyDocument } from '@sluice/contracts';
import { ConfigurationStore } from '../../configuration/configuration-store';
import { propagationHeaders } from '../configuration-reply';
import { type AdminRequest } from '../http/admin-request';
import { Authenticated } from '../http/authenticated';
import { parseJsonBody } from '../http/json-body';
import { Reply } from '../http/reply';
import { FunctionPolicyService } from './function-policy-service';

@Controller('v1/functions/:name/policy')
export class FunctionPoliciesController {
  constructor(
    @Inject(FunctionPolicyService) private readonly policies: FunctionPolicyService,
    @Inject(ConfigurationStore) private readonly configuration: ConfigurationStore,
  ) {}

  @Get()
  @Authenticated({ action: 'sluice:GetFunctionPolicy' })
  get(@Param('name') name: string): PolicyDocument {
    return this.policies.get(parseFunctionName(name));
  }

  @Put()
  @Authenticated({ action: 'sluice:PutFunctionPolicy' })
  async put(@Param('name') name: string, @Req() request: AdminRequest): Promise<Reply> {
    const input = parseJsonBody(request.body);
    const { document, created, configurationVersion } = await this.policies.put(parseFunctionName(name), input);
    return new Reply(created ? 201 : 200, document, await propagationHeaders(this.configuration, configurationVersion));
  }

  @Delete()
  @Authenticated({ action: 'sluice:DeleteFunctionPolicy' })
  async delete(@Param('name') name: string): Promise<Reply> {
    const version = await this.policies.delete(parseFunctionName(name));
    return new Reply(204, null, await propagationHeaders(this.configuration, version));
  }
}
