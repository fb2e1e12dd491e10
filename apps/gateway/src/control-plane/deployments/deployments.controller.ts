import { Controller, Delete, Get, Inject, Param, Post, Req } from '@nestjs/common';
import { DEFAULT_STAGE, latestDeployment, parseApiName } from '@sluice/contracts';
import { ConfigurationStore } from '../../configuration/configuration-store';
import { ApiService } from '../apis/api-service';
import { propagationHeaders } from '../configuration-reply';
import { type AdminRequest, knownQueryParameters } from '../http/admin-request';
import { Authenticated } from '../http/authenticated';
import { parseJsonBody } from '../http/json-body';
import { Reply } from '../http/reply';
import { DeploymentService } from './deployment-service';

@Controller('v1/apis/:api/deployments')
export class DeploymentsController {
  constructor(
    @Inject(DeploymentService) private readonly deployments: DeploymentService,
    @Inject(ApiService) private readonly apis: ApiService,
    @Inject(ConfigurationStore) private readonly configuration: ConfigurationStore,
  ) {}

  @Post()
  @Authenticated({ action: 'sluice:CreateDeployment' })
  async create(@Param('api') api: string, @Req() request: AdminRequest): Promise<Reply> {
    const input = request.body.length === 0 ? {} : parseJsonBody(request.body);
    const { deployment, configurationVersion } = await this.deployments.create(parseApiName(api), input);
    return new Reply(201, deployment, {
      location: `/v1/apis/${api}/deployments/${deployment.id}`,
      ...(await propagationHeaders(this.configuration, configurationVersion)),
    });
  }

  @Get()
  @Authenticated({ action: 'sluice:ListDeployments' })
  async list(@Param('api') api: string): Promise<object> {
    return { deployments: await this.deployments.list(parseApiName(api)) };
  }

  @Get(':deployment')
  @Authenticated({ action: 'sluice:GetDeployment' })
  get(@Param('api') api: string, @Param('deployment') id: string): Promise<object> {
    return this.deployments.get(parseApiName(api), id);
  }

  /** Against what `$default` serves, unless the query says otherwise. */
  @Get(':deployment/diff')
  @Authenticated({ action: 'sluice:GetDeployment' })
  diff(@Param('api') api: string, @Param('deployment') id: string, @Req() request: AdminRequest): Promise<object> {
    const record = this.apis.get(parseApiName(api));
    const { against } = knownQueryParameters(request, ['against']);
    const served = record.stages[DEFAULT_STAGE]?.deploymentId ?? latestDeployment(record).id;
    return this.deployments.diff(api, id, against ?? served);
  }

  @Delete(':deployment')
  @Authenticated({ action: 'sluice:DeleteDeployment' })
  async delete(@Param('api') api: string, @Param('deployment') id: string): Promise<Reply> {
    await this.deployments.delete(parseApiName(api), id);
    return new Reply(204, null);
  }
}
