import { Controller, Delete, Get, Inject, Param, Patch, Put, Req } from '@nestjs/common';
import { DEFAULT_PRICE_TIERS, type UsagePlanRecord } from '@sluice/contracts';
import { ConfigurationStore } from '../../configuration/configuration-store';
import { propagationHeaders } from '../configuration-reply';
import { type AdminRequest } from '../http/admin-request';
import { Authenticated } from '../http/authenticated';
import { parseJsonBody } from '../http/json-body';
import { pageByName } from '../http/page';
import { isNotModified, preconditionsOf } from '../http/preconditions';
import { Reply } from '../http/reply';
import { recordTag } from '../record-tag';
import { UsageService } from '../usage/usage-service';
import { UsagePlanService } from './usage-plan-service';

@Controller('v1/usage-plans')
export class UsagePlansController {
  constructor(
    @Inject(UsagePlanService) private readonly plans: UsagePlanService,
    @Inject(UsageService) private readonly usage: UsageService,
    @Inject(ConfigurationStore) private readonly configuration: ConfigurationStore,
  ) {}

  @Get()
  @Authenticated({ action: 'sluice:ListUsagePlans' })
  list(@Req() request: AdminRequest): object {
    const { items, ...page } = pageByName(request, this.configuration.records('usage-plan'));
    return { usagePlans: items.map(view), ...page };
  }

  @Put(':plan')
  @Authenticated({ action: 'sluice:PutUsagePlan' })
  async put(@Param('plan') name: string, @Req() request: AdminRequest): Promise<Reply> {
    const [input, preconditions] = [parseJsonBody(request.body), preconditionsOf(request)];
    const { record, created, configurationVersion } = await this.plans.put(name, input, preconditions);
    return new Reply(created ? 201 : 200, view(record), {
      etag: `"${recordTag(record)}"`,
      ...(created ? { location: `/v1/usage-plans/${name}` } : {}),
      ...(await propagationHeaders(this.configuration, configurationVersion)),
    });
  }

  @Get(':plan')
  @Authenticated({ action: 'sluice:GetUsagePlan' })
  get(@Param('plan') name: string, @Req() request: AdminRequest): Reply {
    const record = this.plans.get(name);
    const headers = { etag: `"${recordTag(record)}"` };
    return isNotModified(request, recordTag(record))
      ? new Reply(304, null, headers)
      : new Reply(200, view(record), headers);
  }

  @Delete(':plan')
  @Authenticated({ action: 'sluice:DeleteUsagePlan' })
  async delete(@Param('plan') name: string, @Req() request: AdminRequest): Promise<Reply> {
    const version = await this.plans.delete(name, preconditionsOf(request));
    return new Reply(204, null, await propagationHeaders(this.configuration, version));
  }

  @Get(':plan/usage')
  @Authenticated({ action: 'sluice:GetPlanUsage' })
  planUsage(@Param('plan') name: string, @Req() request: AdminRequest): Promise<object> {
    return this.usage.ofPlan(this.plans.get(name), request);
  }

  @Patch(':plan/keys/:key/usage')
  @Authenticated({ action: 'sluice:UpdatePlanUsage' })
  grant(@Param('plan') name: string, @Param('key') key: string, @Req() request: AdminRequest): Promise<object> {
    return this.usage.grant(this.plans.get(name), key, parseJsonBody(request.body));
  }
}

/** The secret of alerts is never shown. */
function view({ schema: _schema, quotaAlerts, priceTiers, ...shown }: UsagePlanRecord): object {
  const alerts = quotaAlerts && {
    percents: quotaAlerts.percents,
    url: quotaAlerts.url,
    signed: quotaAlerts.sealedSecret !== undefined,
  };
  return { ...shown, ...(alerts && { quotaAlerts: alerts }), priceTiers: priceTiers ?? DEFAULT_PRICE_TIERS };
}
