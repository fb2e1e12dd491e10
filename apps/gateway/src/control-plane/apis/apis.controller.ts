import { Controller, Delete, Get, Inject, Param, Put, Req } from '@nestjs/common';
import { latestDeployment, parseApiName, type ApiRecord } from '@sluice/contracts';
import { ConfigurationStore } from '../../configuration/configuration-store';
import { propagationHeaders } from '../configuration-reply';
import { Authenticated } from '../http/authenticated';
import { badRequest, knownQueryParameters, type AdminRequest } from '../http/admin-request';
import { parseJsonBody } from '../http/json-body';
import { pageByName } from '../http/page';
import { isNotModified, preconditionsOf } from '../http/preconditions';
import { Reply } from '../http/reply';
import { PublicAddress } from '../public-address';
import { ApiService } from './api-service';

@Controller('v1/apis')
export class ApisController {
  constructor(
    @Inject(ApiService) private readonly apis: ApiService,
    @Inject(ConfigurationStore) private readonly configuration: ConfigurationStore,
    @Inject(PublicAddress) private readonly address: PublicAddress,
  ) {}

  @Get()
  @Authenticated({ action: 'sluice:ListApis' })
  list(@Req() request: AdminRequest): object {
    const { items, ...page } = pageByName(request, this.configuration.apis);
    return { apis: items.map((record) => this.summary(record)), ...page };
  }

  @Put(':api')
  @Authenticated({ action: 'sluice:PutApi' })
  async put(@Param('api') api: string, @Req() request: AdminRequest): Promise<Reply> {
    const { deploy = 'true' } = knownQueryParameters(request, ['deploy']);
    if (deploy !== 'true' && deploy !== 'false') throw badRequest('"deploy" must be true or false.');
    const [input, preconditions] = [parseJsonBody(request.body), preconditionsOf(request)];
    const change = await this.apis.put(parseApiName(api), input, preconditions, { serve: deploy === 'true' });
    const { record, created, configurationVersion } = change;
    return new Reply(created ? 201 : 200, this.view(record), {
      etag: `"${record.latestDeploymentId}"`,
      ...(created ? { location: `/v1/apis/${api}` } : {}),
      ...(await propagationHeaders(this.configuration, configurationVersion)),
    });
  }

  @Get(':api')
  @Authenticated({ action: 'sluice:GetApi' })
  get(@Param('api') api: string, @Req() request: AdminRequest): Reply {
    const record = this.apis.get(parseApiName(api));
    const headers = { etag: `"${record.latestDeploymentId}"` };
    return isNotModified(request, record.latestDeploymentId)
      ? new Reply(304, null, headers)
      : new Reply(200, this.view(record), headers);
  }

  @Delete(':api')
  @Authenticated({ action: 'sluice:DeleteApi' })
  async delete(@Param('api') api: string, @Req() request: AdminRequest): Promise<Reply> {
    const version = await this.apis.delete(parseApiName(api), preconditionsOf(request));
    return new Reply(204, null, await propagationHeaders(this.configuration, version));
  }

  private view(record: ApiRecord): object {
    const { definition } = latestDeployment(record);
    return { ...this.head(record), ...definition, stages: record.stages };
  }

  /** Without the routes: there may be ten thousand of them. */
  private summary(record: ApiRecord): object {
    const { apiStyle, routes } = latestDeployment(record).definition;
    return { ...this.head(record), apiStyle, routeCount: routes.length };
  }

  private head({ name, latestDeploymentId, createdAt }: ApiRecord): object {
    return { name, deploymentId: latestDeploymentId, url: this.address.api(name), createdAt };
  }
}
