import { Controller, Delete, Get, Inject, Param, Patch, Post, Req } from '@nestjs/common';
import { parseUserName } from '@sluice/contracts';
import { AccessKeyUses } from '@sluice/iam';
import { ConfigurationStore } from '../../configuration/configuration-store';
import { propagationHeaders } from '../configuration-reply';
import { type AdminRequest } from '../http/admin-request';
import { Authenticated } from '../http/authenticated';
import { parseJsonBody } from '../http/json-body';
import { Reply } from '../http/reply';
import { UserService } from '../users/user-service';
import { accessKeyViews } from '../users/user-view';
import { AccessKeyService } from './access-key-service';

@Controller('v1/users/:user/access-keys')
export class AccessKeysController {
  constructor(
    @Inject(AccessKeyService) private readonly accessKeys: AccessKeyService,
    @Inject(UserService) private readonly users: UserService,
    @Inject(AccessKeyUses) private readonly uses: AccessKeyUses,
    @Inject(ConfigurationStore) private readonly configuration: ConfigurationStore,
  ) {}

  @Get()
  @Authenticated({ action: 'sluice:ListAccessKeys' })
  async list(@Param('user') user: string): Promise<object> {
    return { accessKeys: await accessKeyViews(this.users.get(parseUserName(user)).accessKeys, this.uses) };
  }

  @Post()
  @Authenticated({ action: 'sluice:CreateAccessKey' })
  async create(@Param('user') user: string): Promise<Reply> {
    const { record, secretAccessKey, configurationVersion } = await this.accessKeys.create(parseUserName(user));
    const { accessKeyId, status, createdAt } = record;
    return new Reply(
      201,
      { accessKeyId, secretAccessKey, status, createdAt },
      await propagationHeaders(this.configuration, configurationVersion),
    );
  }

  @Patch(':accessKeyId')
  @Authenticated({ action: 'sluice:UpdateAccessKey' })
  async update(
    @Param('user') user: string,
    @Param('accessKeyId') accessKeyId: string,
    @Req() request: AdminRequest,
  ): Promise<Reply> {
    const input = parseJsonBody(request.body);
    const { record, configurationVersion } = await this.accessKeys.setStatus(parseUserName(user), accessKeyId, input);
    const [view] = await accessKeyViews([record], this.uses);
    return new Reply(200, view, await propagationHeaders(this.configuration, configurationVersion));
  }

  @Delete(':accessKeyId')
  @Authenticated({ action: 'sluice:DeleteAccessKey' })
  async delete(@Param('user') user: string, @Param('accessKeyId') accessKeyId: string): Promise<Reply> {
    const version = await this.accessKeys.delete(parseUserName(user), accessKeyId);
    return new Reply(204, null, await propagationHeaders(this.configuration, version));
  }
}
