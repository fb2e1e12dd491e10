import { type MasterKey } from '@sluice/config';
import {
  alarmName,
  alarmSettings,
  LIMITS,
  parseInput,
  SluiceError,
  type AlarmAction,
  type AlarmRecord,
  type AlarmSettings,
  type ErrorDetail,
} from '@sluice/contracts';
import { type EgressPolicy } from '@sluice/egress';
import { isStatisticOf, METRICS, statisticsOf, type AlarmStates } from '@sluice/metrics';
import { type ConfigurationStore } from '../../configuration/configuration-store';
import { changeRecord, deleteRecord, type ChangedRecord } from '../change-record';
import { checkPreconditions, type Preconditions } from '../http/preconditions';
import { DIMENSIONS } from '../metrics/metric-query';
import { recordTag } from '../record-tag';

/** The rules of alarms: they are about a metric that exists, and tell only addresses the gateway may connect to. */
export class AlarmService {
  constructor(
    private readonly options: {
      readonly configuration: ConfigurationStore;
      readonly states: AlarmStates;
      readonly egress: EgressPolicy;
      readonly masterKey: MasterKey;
      readonly nowMs: () => number;
    },
  ) {}

  /** @throws SluiceError ALARM_NOT_FOUND */
  get(name: string): AlarmRecord {
    const record = this.options.configuration.records('alarm').get(name);
    if (record === undefined) throw new SluiceError('ALARM_NOT_FOUND', `There is no alarm "${name.slice(0, 64)}".`);
    return record;
  }

  /** @throws SluiceError VALIDATION_FAILED · PRECONDITION_FAILED · LIMIT_REACHED */
  async put(name: string, input: unknown, preconditions: Preconditions): Promise<ChangedRecord<AlarmRecord>> {
    const { configuration, nowMs } = this.options;
    parseInput(alarmName, name, 'The name of the alarm', () => 'alarm');
    const settings = parseInput(alarmSettings, input, 'The alarm');
    this.check(settings);
    return changeRecord(configuration, 'alarm', name, (present) => {
      checkPreconditions(preconditions, present === null ? null : recordTag(present));
      if (present === null && configuration.records('alarm').size >= LIMITS.alarmsMax)
        throw new SluiceError('LIMIT_REACHED', `There are ${LIMITS.alarmsMax} alarms, as many as there may be.`);
      const actions = settings.actions.map((action) => this.sealed(name, action, present));
      const at = new Date(nowMs()).toISOString();
      const createdAt = present?.createdAt ?? at;
      return { schema: 1, name, settings: { ...settings, actions }, createdAt, updatedAt: at };
    });
  }

  /** Returns the configuration version. @throws SluiceError ALARM_NOT_FOUND · PRECONDITION_FAILED */
  async delete(name: string, preconditions: Preconditions): Promise<number> {
    const version = await deleteRecord(this.options.configuration, 'alarm', name, () => {
      const present = this.get(name);
      checkPreconditions(preconditions, recordTag(present));
      return present;
    });
    await this.options.states.forget(name);
    return version;
  }

  /** A secret that is left out stays, as long as the address does: another receiver must not get one that knows it. */
  private sealed(name: string, action: AlarmAction, present: AlarmRecord | null): AlarmAction {
    const { secret, ...rest } = action;
    const kept = present?.settings.actions.find(({ url }) => url === action.url)?.secret;
    const sealed = secret === undefined ? kept : this.options.masterKey.encrypt(secret, actionSecretAad(name));
    return sealed === undefined ? rest : { ...rest, secret: sealed };
  }

  private check({ metric: name, statistic, dimensions, actions }: AlarmSettings): void {
    const details: ErrorDetail[] = [];
    const metric = Object.hasOwn(METRICS, name) ? METRICS[name] : undefined;
    if (metric === undefined)
      details.push({ path: 'metric', message: `must be one of ${Object.keys(METRICS).join(', ')}` });
    else {
      if (!isStatisticOf(metric, statistic))
        details.push({ path: 'statistic', message: `must be one of ${statisticsOf(metric).join(', ')}` });
      const known: readonly string[] = DIMENSIONS[metric.kind];
      for (const dimension of Object.keys(dimensions)) {
        if (!known.includes(dimension))
          details.push({ path: `dimensions.${dimension}`, message: `is none of ${name}: ${known.join(', ')}` });
      }
    }
    actions.forEach(({ url }, index) => {
      try {
        this.options.egress.checkUrl(new URL(url));
      } catch (error) {
        if (!(error instanceof SluiceError)) throw error;
        details.push({ path: `actions[${index}].url`, message: error.message.replace(/\.$/, '') });
      }
    });
    const [first] = details;
    if (first === undefined) return;
    const where = 'path' in first ? first.path : '';
    throw new SluiceError('VALIDATION_FAILED', `The alarm is not valid: ${where} ${first.message}.`, { details });
  }
}

/** Binds the encrypted secret of an action to its alarm. */
export function actionSecretAad(alarm: string): string {
  return `alarm:${alarm}`;
}
