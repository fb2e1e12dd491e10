import { Controller, Delete, Get, Inject, Param, Post, Put, Req } from '@nestjs/common';
import { DEFAULT_STAGE, parseApiName, parseInput, type StageRecord } from '@sluice/contracts';
import { z } from 'zod';
import { ConfigurationStore } from '../../configuration/configuration-store';
import { ApiService } from '../apis/api-service';
import { propagationHeaders } from '../configuration-reply';
import { type AdminRequest } from '../http/admin-request';
import { Authenticated } from '../http/authenticated';
import { parseJsonBody } from '../http/json-body';
import { isNotModified, preconditionsOf } from '../http/preconditions';
import { Reply } from '../http/reply';
import { recordTag } from '../record-tag';
import { PublicAddress } from '../public-address';
import { StageService, type StageChange } from './stage-service';

const abortRequest = z.strictObject({ reason: z.string().min(1).max(512).default('Aborted by hand.') });

@Controller('v1/apis/:api/stages')
export class StagesController {
  constructor(
    @Inject(StageService) private readonly stages: StageService,
    @Inject(ApiService) private readonly apis: ApiService,
    @Inject(ConfigurationStore) private readonly configuration: ConfigurationStore,
    @Inject(PublicAddress) private readonly address: PublicAddress,
  ) {}

  @Get()
  @Authenticated({ action: 'sluice:ListStages' })
  list(@Param('api') api: string): object {
    const { stages } = this.apis.get(parseApiName(api));
    return { stages: Object.entries(stages).map(([name, stage]) => this.view(api, name, stage)) };
  }

  @Put(':stage')
  @Authenticated({ action: 'sluice:PutStage' })
  async put(@Param('api') api: string, @Param('stage') name: string, @Req() request: AdminRequest): Promise<Reply> {
    const [input, preconditions] = [parseJsonBody(request.body), preconditionsOf(request)];
    const change = await this.stages.put(parseApiName(api), name, input, preconditions);
    return this.changed(api, name, change, change.created ? 201 : 200);
  }

  @Get(':stage')
  @Authenticated({ action: 'sluice:GetStage' })
  get(@Param('api') api: string, @Param('stage') name: string, @Req() request: AdminRequest): Reply {
    const stage = this.stages.get(parseApiName(api), name);
    const headers = { etag: `"${recordTag(stage)}"` };
    if (isNotModified(request, recordTag(stage))) return new Reply(304, null, headers);
    return new Reply(200, this.view(api, name, stage), headers);
  }

  @Delete(':stage')
  @Authenticated({ action: 'sluice:DeleteStage' })
  async delete(@Param('api') api: string, @Param('stage') name: string, @Req() request: AdminRequest): Promise<Reply> {
    const { configurationVersion } = await this.stages.delete(parseApiName(api), name, preconditionsOf(request));
    return new Reply(204, null, await propagationHeaders(this.configuration, configurationVersion));
  }

  @Post(':stage/rollback')
  @Authenticated({ action: 'sluice:RollbackStage' })
  async rollback(@Param('api') api: string, @Param('stage') name: string): Promise<Reply> {
    return this.changed(api, name, await this.stages.rollback(parseApiName(api), name));
  }

  @Post(':stage/canary/promote')
  @Authenticated({ action: 'sluice:PromoteCanary' })
  async promote(@Param('api') api: string, @Param('stage') name: string): Promise<Reply> {
    return this.changed(api, name, await this.stages.promoteCanary(parseApiName(api), name));
  }

  @Post(':stage/canary/abort')
  @Authenticated({ action: 'sluice:AbortCanary' })
  async abort(@Param('api') api: string, @Param('stage') name: string, @Req() request: AdminRequest): Promise<Reply> {
    const input = request.body.length === 0 ? {} : parseJsonBody(request.body);
    const { reason } = parseInput(abortRequest, input, 'The request');
    return this.changed(api, name, await this.stages.abortCanary(parseApiName(api), name, reason));
  }

  private async changed(api: string, name: string, change: StageChange, status = 200): Promise<Reply> {
    return new Reply(status, this.view(api, name, change.stage), {
      etag: `"${recordTag(change.stage)}"`,
      ...(status === 201 ? { location: `/v1/apis/${api}/stages/${encodeURIComponent(name)}` } : {}),
      ...(await propagationHeaders(this.configuration, change.configurationVersion)),
    });
  }

  private view(api: string, name: string, stage: StageRecord): object {
    const url = this.address.api(api) + (name === DEFAULT_STAGE ? '' : `/${name}`);
    return { name, url, ...stage };
  }
}
