import { Controller, Delete, Get, Inject, Param, Put, Req } from '@nestjs/common';
import { parseUserName } from '@sluice/contracts';
import { ConfigurationStore } from '../../configuration/configuration-store';
import { propagationHeaders } from '../configuration-reply';
import { type AdminRequest } from '../http/admin-request';
import { Authenticated } from '../http/authenticated';
import { parseJsonBody } from '../http/json-body';
import { pageByName } from '../http/page';
import { Reply } from '../http/reply';
import { UserService } from './user-service';
import { userView } from './user-view';

@Controller('v1/users')
export class UsersController {
  constructor(
    @Inject(UserService) private readonly users: UserService,
    @Inject(ConfigurationStore) private readonly configuration: ConfigurationStore,
  ) {}

  @Get()
  @Authenticated({ action: 'sluice:ListUsers' })
  list(@Req() request: AdminRequest): object {
    const { items, ...page } = pageByName(request, this.configuration.records('user'));
    return { users: items.map(userView), ...page };
  }

  @Put(':user')
  @Authenticated({ action: 'sluice:PutUser' })
  async put(@Param('user') name: string, @Req() request: AdminRequest): Promise<Reply> {
    const { record, created, configurationVersion } = await this.users.put(
      parseUserName(name),
      request.body.length === 0 ? {} : parseJsonBody(request.body),
    );
    return new Reply(created ? 201 : 200, userView(record), {
      ...(created ? { location: `/v1/users/${encodeURIComponent(name)}` } : {}),
      ...(await propagationHeaders(this.configuration, configurationVersion)),
    });
  }

  @Get(':user')
  @Authenticated({ action: 'sluice:GetUser' })
  get(@Param('user') name: string): object {
    return userView(this.users.get(parseUserName(name)));
  }

  @Delete(':user')
  @Authenticated({ action: 'sluice:DeleteUser' })
  async delete(@Param('user') name: string): Promise<Reply> {
    const version = await this.users.delete(parseUserName(name));
    return new Reply(204, null, await propagationHeaders(this.configuration, version));
  }
}
