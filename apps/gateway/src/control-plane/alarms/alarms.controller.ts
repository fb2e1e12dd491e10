import { Controller, Delete, Get, Inject, Param, Put, Req } from '@nestjs/common';
import { type AlarmRecord } from '@sluice/contracts';
import { AlarmStates, type AlarmStatus, type AlarmTransition } from '@sluice/metrics';
import { ConfigurationStore } from '../../configuration/configuration-store';
import { propagationHeaders } from '../configuration-reply';
import { type AdminRequest } from '../http/admin-request';
import { Authenticated } from '../http/authenticated';
import { parseJsonBody } from '../http/json-body';
import { pageByName } from '../http/page';
import { preconditionsOf } from '../http/preconditions';
import { Reply } from '../http/reply';
import { recordTag } from '../record-tag';
import { AlarmService } from './alarm-service';

@Controller('v1/alarms')
export class AlarmsController {
  constructor(
    @Inject(AlarmService) private readonly alarms: AlarmService,
    @Inject(AlarmStates) private readonly states: AlarmStates,
    @Inject(ConfigurationStore) private readonly configuration: ConfigurationStore,
  ) {}

  @Get()
  @Authenticated({ action: 'sluice:ListAlarms' })
  async list(@Req() request: AdminRequest): Promise<object> {
    const { items, ...page } = pageByName(request, this.configuration.records('alarm'));
    const statuses = await this.states.all();
    return { alarms: items.map((record) => view(record, statuses.get(record.name) ?? null)), ...page };
  }

  @Put(':alarm')
  @Authenticated({ action: 'sluice:PutAlarm' })
  async put(@Param('alarm') name: string, @Req() request: AdminRequest): Promise<Reply> {
    const [input, preconditions] = [parseJsonBody(request.body), preconditionsOf(request)];
    const { record, created, configurationVersion } = await this.alarms.put(name, input, preconditions);
    return new Reply(created ? 201 : 200, view(record, await this.states.get(name)), {
      etag: `"${recordTag(record)}"`,
      ...(created ? { location: `/v1/alarms/${name}` } : {}),
      ...(await propagationHeaders(this.configuration, configurationVersion)),
    });
  }

  @Get(':alarm')
  @Authenticated({ action: 'sluice:GetAlarm' })
  async get(@Param('alarm') name: string): Promise<Reply> {
    const record = this.alarms.get(name);
    return new Reply(200, view(record, await this.states.get(name)), { etag: `"${recordTag(record)}"` });
  }

  @Delete(':alarm')
  @Authenticated({ action: 'sluice:DeleteAlarm' })
  async delete(@Param('alarm') name: string, @Req() request: AdminRequest): Promise<Reply> {
    const version = await this.alarms.delete(name, preconditionsOf(request));
    return new Reply(204, null, await propagationHeaders(this.configuration, version));
  }

  @Get(':alarm/history')
  @Authenticated({ action: 'sluice:GetAlarmHistory' })
  async history(@Param('alarm') name: string): Promise<{ readonly transitions: readonly AlarmTransition[] }> {
    return { transitions: await this.states.history(this.alarms.get(name).name) };
  }
}

/** Secrets of actions are never shown. */
function view({ name, settings, createdAt, updatedAt }: AlarmRecord, status: AlarmStatus | null): object {
  const actions = settings.actions.map(({ secret, ...action }) => ({ ...action, signed: secret !== undefined }));
  const shown =
    status?.definedAt === updatedAt
      ? { state: status.state, reason: status.reason, since: status.since }
      : { state: 'INSUFFICIENT_DATA', reason: 'Not evaluated yet.', since: updatedAt };
  return { name, ...settings, actions, ...shown, createdAt, updatedAt };
}
