import { Controller, Delete, Get, Inject, Param, Patch, Put, Req } from '@nestjs/common';
import { parseFunctionName } from '@sluice/contracts';
import { ConfigurationStore } from '../../configuration/configuration-store';
import { propagationHeaders } from '../configuration-reply';
import { Authenticated } from '../http/authenticated';
import { type AdminRequest } from '../http/admin-request';
import { parseJsonBody } from '../http/json-body';
import { pageByName } from '../http/page';
import { isNotModified, preconditionsOf } from '../http/preconditions';
import { Reply } from '../http/reply';
import { PublicAddress } from '../public-address';
import { type PublishedVersion } from './function-publisher';
import { etagOf, FunctionService } from './function-service';
import { parseUpload } from './function-upload';
import { functionView, versionView } from './function-view';

@Controller('v1/functions')
export class FunctionsController {
  constructor(
    @Inject(FunctionService) private readonly functions: FunctionService,
    @Inject(ConfigurationStore) private readonly configuration: ConfigurationStore,
    @Inject(PublicAddress) private readonly address: PublicAddress,
  ) {}

  @Get()
  @Authenticated({ action: 'sluice:ListFunctions' })
  list(@Req() request: AdminRequest): object {
    const { items, ...page } = pageByName(request, this.configuration.functions);
    return { functions: items.map((record) => functionView(record, this.address)), ...page };
  }

  @Put(':name')
  @Authenticated({ action: 'sluice:PutFunction' })
  async put(@Param('name') name: string, @Req() request: AdminRequest): Promise<Reply> {
    const [upload, preconditions] = [parseUpload(request), preconditionsOf(request)];
    return this.published(name, await this.functions.upload(parseFunctionName(name), upload, preconditions));
  }

  @Patch(':name/config')
  @Authenticated({ action: 'sluice:PatchFunctionConfig' })
  async configure(@Param('name') name: string, @Req() request: AdminRequest): Promise<Reply> {
    const [settings, preconditions] = [parseJsonBody(request.body), preconditionsOf(request)];
    return this.published(name, await this.functions.configure(parseFunctionName(name), settings, preconditions));
  }

  @Get(':name')
  @Authenticated({ action: 'sluice:GetFunction' })
  get(@Param('name') name: string, @Req() request: AdminRequest): Reply {
    const record = this.functions.get(parseFunctionName(name));
    const tag = etagOf(record) ?? '';
    const headers = { etag: `"${tag}"` };
    return isNotModified(request, tag)
      ? new Reply(304, null, headers)
      : new Reply(200, functionView(record, this.address), headers);
  }

  @Delete(':name')
  @Authenticated({ action: 'sluice:DeleteFunction' })
  async delete(@Param('name') name: string, @Req() request: AdminRequest): Promise<Reply> {
    const version = await this.functions.delete(parseFunctionName(name), preconditionsOf(request));
    return new Reply(204, null, await propagationHeaders(this.configuration, version));
  }

  @Get(':name/versions')
  @Authenticated({ action: 'sluice:ListFunctionVersions' })
  versions(@Param('name') name: string): object {
    const { versions } = this.functions.get(parseFunctionName(name));
    return { versions: versions.map((version) => versionView(name, version, this.address)).reverse() };
  }

  @Get(':name/versions/:version/source')
  @Authenticated({ action: 'sluice:GetFunctionSource' })
  async source(@Param('name') name: string, @Param('version') version: string): Promise<Reply> {
    const { source, sourceType } = await this.functions.source(parseFunctionName(name), version);
    return new Reply(200, source, { 'content-type': sourceType });
  }

  private async published(name: string, { version, created, configurationVersion }: PublishedVersion): Promise<Reply> {
    return new Reply(created ? 201 : 200, versionView(name, version, this.address), {
      etag: `"${version.revision}"`,
      ...(created ? { location: `/v1/functions/${name}` } : {}),
      ...(await propagationHeaders(this.configuration, configurationVersion)),
    });
  }
}
