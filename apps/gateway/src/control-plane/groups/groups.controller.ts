import { Controller, Delete, Get, Inject, Param, Put, Req } from '@nestjs/common';
import { parseGroupName, type GroupRecord } from '@sluice/contracts';
import { ConfigurationStore } from '../../configuration/configuration-store';
import { propagationHeaders } from '../configuration-reply';
import { type AdminRequest } from '../http/admin-request';
import { Authenticated } from '../http/authenticated';
import { parseJsonBody } from '../http/json-body';
import { pageByName } from '../http/page';
import { Reply } from '../http/reply';
import { GroupService } from './group-service';

@Controller('v1/groups')
export class GroupsController {
  constructor(
    @Inject(GroupService) private readonly groups: GroupService,
    @Inject(ConfigurationStore) private readonly configuration: ConfigurationStore,
  ) {}

  @Get()
  @Authenticated({ action: 'sluice:ListGroups' })
  list(@Req() request: AdminRequest): object {
    const { items, ...page } = pageByName(request, this.configuration.records('group'));
    return { groups: items.map(groupView), ...page };
  }

  @Put(':group')
  @Authenticated({ action: 'sluice:PutGroup' })
  async put(@Param('group') name: string, @Req() request: AdminRequest): Promise<Reply> {
    const { record, created, configurationVersion } = await this.groups.put(
      parseGroupName(name),
      request.body.length === 0 ? {} : parseJsonBody(request.body),
    );
    return new Reply(created ? 201 : 200, groupView(record), {
      ...(created ? { location: `/v1/groups/${encodeURIComponent(name)}` } : {}),
      ...(await propagationHeaders(this.configuration, configurationVersion)),
    });
  }

  @Get(':group')
  @Authenticated({ action: 'sluice:GetGroup' })
  get(@Param('group') name: string): object {
    return { ...groupView(this.groups.get(parseGroupName(name))), users: this.groups.usersIn(name) };
  }

  @Delete(':group')
  @Authenticated({ action: 'sluice:DeleteGroup' })
  async delete(@Param('group') name: string): Promise<Reply> {
    const version = await this.groups.delete(parseGroupName(name));
    return new Reply(204, null, await propagationHeaders(this.configuration, version));
  }
}

function groupView({ name, description, policies, createdAt }: GroupRecord): object {
  return {
    name,
    ...(description === undefined ? {} : { description }),
    policies: Object.keys(policies).sort(),
    createdAt,
  };
}
