import { Controller, Get, Inject, Param, Put, Req } from '@nestjs/common';
import { DEFAULT_STAGE, parseApiName } from '@sluice/contracts';
import { stringify } from 'yaml';
import { ConfigurationStore } from '../../configuration/configuration-store';
import { propagationHeaders } from '../configuration-reply';
import { badRequest, knownQueryParameters, type AdminRequest } from '../http/admin-request';
import { Authenticated } from '../http/authenticated';
import { preconditionsOf } from '../http/preconditions';
import { Reply } from '../http/reply';
import { PublicAddress } from '../public-address';
import { ApiOpenApiService } from './api-openapi-service';

const NAMES = ['mode', 'basepath', 'failOnWarnings', 'deploy'] as const;

@Controller('v1/apis/:api/openapi')
export class ApiOpenApiController {
  constructor(
    @Inject(ApiOpenApiService) private readonly documents: ApiOpenApiService,
    @Inject(ConfigurationStore) private readonly configuration: ConfigurationStore,
    @Inject(PublicAddress) private readonly address: PublicAddress,
  ) {}

  @Put()
  @Authenticated({ action: 'sluice:PutApi' })
  async import(@Param('api') api: string, @Req() request: AdminRequest): Promise<Reply> {
    const query = knownQueryParameters(request, NAMES);
    const { record, created, configurationVersion, findings } = await this.documents.import(
      parseApiName(api),
      request.body,
      {
        mode: oneOf('mode', query.mode, ['overwrite', 'merge']),
        basePath: oneOf('basepath', query.basepath, ['ignore', 'prepend']),
        failOnWarnings: oneOf('failOnWarnings', query.failOnWarnings, ['false', 'true']) === 'true',
        serve: oneOf('deploy', query.deploy, ['true', 'false']) === 'true',
        preconditions: preconditionsOf(request),
      },
    );
    const { latestDeploymentId } = record;
    const body = { name: api, deploymentId: latestDeploymentId, url: this.address.api(api), findings };
    return new Reply(created ? 201 : 200, body, {
      etag: `"${latestDeploymentId}"`,
      ...(created ? { location: `/v1/apis/${api}` } : {}),
      ...(await propagationHeaders(this.configuration, configurationVersion)),
    });
  }

  @Get()
  @Authenticated({ action: 'sluice:GetApi' })
  async export(@Param('api') api: string, @Req() request: AdminRequest): Promise<Reply> {
    const { stage, format } = knownQueryParameters(request, ['stage', 'format']);
    const accepted = /\byaml\b/.test(request.headers.accept ?? '') ? 'yaml' : 'json';
    const path = stage === undefined || stage === DEFAULT_STAGE ? '' : `/${stage}`;
    const document = await this.documents.export(parseApiName(api), stage, this.address.api(api) + path);
    if (oneOf('format', format ?? accepted, ['json', 'yaml']) === 'json') return new Reply(200, document);
    return new Reply(200, stringify(document, { aliasDuplicateObjects: false }), {
      'content-type': 'application/yaml',
    });
  }
}

/** The first value is what an absent parameter means. */
function oneOf<V extends string>(name: string, value: string | undefined, values: readonly [V, ...V[]]): V {
  const found = value === undefined ? values[0] : values.find((known) => known === value);
  if (found === undefined) throw badRequest(`"${name}" must be ${values.join(' or ')}.`);
  return found;
}
