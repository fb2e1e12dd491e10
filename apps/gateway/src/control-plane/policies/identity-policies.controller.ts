import { Controller, Delete, Get, Inject, Param, Put, Req } from '@nestjs/common';
import { parseGroupName, parsePolicyName, parseUserName, type PolicyDocument } from '@sluice/contracts';
import { ConfigurationStore } from '../../configuration/configuration-store';
import { propagationHeaders } from '../configuration-reply';
import { type AdminRequest } from '../http/admin-request';
import { Authenticated } from '../http/authenticated';
import { parseJsonBody } from '../http/json-body';
import { Reply } from '../http/reply';
import { IdentityPolicyService } from './identity-policy-service';

@Controller()
export class IdentityPoliciesController {
  constructor(
    @Inject(IdentityPolicyService) private readonly policies: IdentityPolicyService,
    @Inject(ConfigurationStore) private readonly configuration: ConfigurationStore,
  ) {}

  @Get('v1/users/:user/policies/:policy')
  @Authenticated({ action: 'sluice:GetUserPolicy' })
  ofUser(@Param('user') user: string, @Param('policy') policy: string): PolicyDocument {
    return this.policies.get('user', parseUserName(user), policy);
  }

  @Put('v1/users/:user/policies/:policy')
  @Authenticated({ action: 'sluice:PutUserPolicy' })
  putToUser(
    @Param('user') user: string,
    @Param('policy') policy: string,
    @Req() request: AdminRequest,
  ): Promise<Reply> {
    return this.put('user', parseUserName(user), policy, request);
  }

  @Delete('v1/users/:user/policies/:policy')
  @Authenticated({ action: 'sluice:DeleteUserPolicy' })
  deleteOfUser(@Param('user') user: string, @Param('policy') policy: string): Promise<Reply> {
    return this.deleted(this.policies.delete('user', parseUserName(user), policy));
  }

  @Get('v1/groups/:group/policies/:policy')
  @Authenticated({ action: 'sluice:GetGroupPolicy' })
  ofGroup(@Param('group') group: string, @Param('policy') policy: string): PolicyDocument {
    return this.policies.get('group', parseGroupName(group), policy);
  }

  @Put('v1/groups/:group/policies/:policy')
  @Authenticated({ action: 'sluice:PutGroupPolicy' })
  putToGroup(
    @Param('group') group: string,
    @Param('policy') policy: string,
    @Req() request: AdminRequest,
  ): Promise<Reply> {
    return this.put('group', parseGroupName(group), policy, request);
  }

  @Delete('v1/groups/:group/policies/:policy')
  @Authenticated({ action: 'sluice:DeleteGroupPolicy' })
  deleteOfGroup(@Param('group') group: string, @Param('policy') policy: string): Promise<Reply> {
    return this.deleted(this.policies.delete('group', parseGroupName(group), policy));
  }

  private async put(kind: 'user' | 'group', name: string, policy: string, request: AdminRequest): Promise<Reply> {
    const input = parseJsonBody(request.body);
    const { created, document, configurationVersion } = await this.policies.put(
      kind,
      name,
      parsePolicyName(policy),
      input,
    );
    return new Reply(created ? 201 : 200, document, await propagationHeaders(this.configuration, configurationVersion));
  }

  private async deleted(configurationVersion: Promise<number>): Promise<Reply> {
    return new Reply(204, null, await propagationHeaders(this.configuration, await configurationVersion));
  }
}
