import { Controller, Delete, Get, Inject, Param, Patch, Post, Req } from '@nestjs/common';
import { type ApiKeyRecord } from '@sluice/contracts';
import { ConfigurationStore } from '../../configuration/configuration-store';
import { propagationHeaders } from '../configuration-reply';
import { badRequest, knownQueryParameters, type AdminRequest } from '../http/admin-request';
import { Authenticated } from '../http/authenticated';
import { parseJsonBody } from '../http/json-body';
import { pageByName } from '../http/page';
import { Reply } from '../http/reply';
import { readApiKeyFile } from './api-key-import';
import { ApiKeyService } from './api-key-service';
import { viewOfKey } from './api-key-view';

@Controller('v1/api-keys')
export class ApiKeysController {
  constructor(
    @Inject(ApiKeyService) private readonly keys: ApiKeyService,
    @Inject(ConfigurationStore) private readonly configuration: ConfigurationStore,
  ) {}

  @Get()
  @Authenticated({ action: 'sluice:ListApiKeys' })
  async list(@Req() request: AdminRequest): Promise<object> {
    const { items, ...page } = pageByName(request, this.configuration.records('api-key'));
    return { apiKeys: await this.keys.views(items), ...page };
  }

  @Post()
  @Authenticated({ action: 'sluice:CreateApiKey' })
  async create(@Req() request: AdminRequest): Promise<Reply> {
    const { mode } = knownQueryParameters(request, ['mode']);
    if (mode === 'import') return this.import(request);
    if (mode !== undefined) throw badRequest('"mode" can only be "import".');
    const { record, value, configurationVersion } = await this.keys.create(parseJsonBody(request.body));
    return new Reply(201, issued(record, value), {
      location: `/v1/api-keys/${record.id}`,
      ...(await propagationHeaders(this.configuration, configurationVersion)),
    });
  }

  @Get(':key')
  @Authenticated({ action: 'sluice:GetApiKey' })
  async get(@Param('key') id: string): Promise<object | undefined> {
    return (await this.keys.views([this.keys.get(id)]))[0];
  }

  @Patch(':key')
  @Authenticated({ action: 'sluice:UpdateApiKey' })
  async change(@Param('key') id: string, @Req() request: AdminRequest): Promise<Reply> {
    const { record, configurationVersion } = await this.keys.change(id, parseJsonBody(request.body));
    const [view] = await this.keys.views([record]);
    return new Reply(200, view, await propagationHeaders(this.configuration, configurationVersion));
  }

  @Post(':key/rotate')
  @Authenticated({ action: 'sluice:RotateApiKey' })
  async rotate(@Param('key') id: string, @Req() request: AdminRequest): Promise<Reply> {
    const input = request.body.length === 0 ? {} : parseJsonBody(request.body);
    const { record, value, configurationVersion } = await this.keys.rotate(id, input);
    return new Reply(200, issued(record, value), await propagationHeaders(this.configuration, configurationVersion));
  }

  @Delete(':key')
  @Authenticated({ action: 'sluice:DeleteApiKey' })
  async delete(@Param('key') id: string): Promise<Reply> {
    const version = await this.keys.delete(id);
    return new Reply(204, null, await propagationHeaders(this.configuration, version));
  }

  /** Keys are made one after the other: who reads meanwhile sees some of them. */
  private async import(request: AdminRequest): Promise<Reply> {
    const ids: string[] = [];
    let version = this.configuration.version;
    for (const key of readApiKeyFile(request.body, this.keys)) {
      const { record, configurationVersion } = await this.keys.issue(key);
      ids.push(record.id);
      version = configurationVersion;
    }
    return new Reply(201, { ids }, await propagationHeaders(this.configuration, version));
  }
}

/** The one answer that has the value. */
function issued(record: ApiKeyRecord, value: string): object {
  return { ...viewOfKey(record), value };
}
