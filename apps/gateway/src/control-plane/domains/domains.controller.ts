import { Controller, Delete, Get, Inject, Param, Put, Req } from '@nestjs/common';
import { type DomainRecord } from '@sluice/contracts';
import { ConfigurationStore } from '../../configuration/configuration-store';
import { propagationHeaders } from '../configuration-reply';
import { type AdminRequest } from '../http/admin-request';
import { Authenticated } from '../http/authenticated';
import { parseJsonBody } from '../http/json-body';
import { pageByName } from '../http/page';
import { isNotModified, preconditionsOf } from '../http/preconditions';
import { Reply } from '../http/reply';
import { recordTag } from '../record-tag';
import { DomainService } from './domain-service';

@Controller('v1/domains')
export class DomainsController {
  constructor(
    @Inject(DomainService) private readonly domains: DomainService,
    @Inject(ConfigurationStore) private readonly configuration: ConfigurationStore,
  ) {}

  @Get()
  @Authenticated({ action: 'sluice:ListDomains' })
  list(@Req() request: AdminRequest): object {
    const { items, ...page } = pageByName(request, this.configuration.records('domain'));
    return { domains: items.map(view), ...page };
  }

  @Put(':domain')
  @Authenticated({ action: 'sluice:PutDomain' })
  async put(@Param('domain') name: string, @Req() request: AdminRequest): Promise<Reply> {
    const [input, preconditions] = [parseJsonBody(request.body), preconditionsOf(request)];
    const { record, created, configurationVersion } = await this.domains.put(name, input, preconditions);
    return new Reply(created ? 201 : 200, view(record), {
      etag: `"${recordTag(record)}"`,
      ...(created ? { location: `/v1/domains/${name}` } : {}),
      ...(await propagationHeaders(this.configuration, configurationVersion)),
    });
  }

  @Get(':domain')
  @Authenticated({ action: 'sluice:GetDomain' })
  get(@Param('domain') name: string, @Req() request: AdminRequest): Reply {
    const record = this.domains.get(name);
    const headers = { etag: `"${recordTag(record)}"` };
    return isNotModified(request, recordTag(record))
      ? new Reply(304, null, headers)
      : new Reply(200, view(record), headers);
  }

  @Delete(':domain')
  @Authenticated({ action: 'sluice:DeleteDomain' })
  async delete(@Param('domain') name: string, @Req() request: AdminRequest): Promise<Reply> {
    const version = await this.domains.delete(name, preconditionsOf(request));
    return new Reply(204, null, await propagationHeaders(this.configuration, version));
  }
}

/** The key of a certificate is never shown. */
function view({ schema: _schema, certificate, ...shown }: DomainRecord): object {
  if (certificate === undefined) return shown;
  return { ...shown, certificate: 'certFile' in certificate ? certificate : { cert: certificate.cert } };
}
