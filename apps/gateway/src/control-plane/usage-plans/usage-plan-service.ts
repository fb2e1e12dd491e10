import { type MasterKey } from '@sluice/config';
import {
  LIMITS,
  parseInput,
  SluiceError,
  stageKeyOf,
  stageNamed,
  usagePlanName,
  usagePlanSettings,
  type ErrorDetail,
  type UsagePlanRecord,
  type UsagePlanSettings,
} from '@sluice/contracts';
import { type ConfigurationStore } from '../../configuration/configuration-store';
import { alertSecretAad } from '../../throttling';
import { changeRecord, deleteRecord, type ChangedRecord } from '../change-record';
import { checkPreconditions, type Preconditions } from '../http/preconditions';
import { recordTag } from '../record-tag';
import { stageTwice } from './stage-twice';

const DETAILS_MAX = 100;

/** The rules of usage plans: what they open exists, and no API key gets one stage from two plans. */
export class UsagePlanService {
  constructor(
    private readonly options: {
      readonly configuration: ConfigurationStore;
      readonly masterKey: MasterKey;
      readonly nowMs: () => number;
    },
  ) {}

  /** @throws SluiceError USAGE_PLAN_NOT_FOUND */
  get(name: string): UsagePlanRecord {
    const record = this.options.configuration.records('usage-plan').get(name);
    if (record === undefined)
      throw new SluiceError('USAGE_PLAN_NOT_FOUND', `There is no usage plan "${name.slice(0, 64)}".`);
    return record;
  }

  /** @throws SluiceError VALIDATION_FAILED · PRECONDITION_FAILED · LIMIT_REACHED */
  async put(name: string, input: unknown, preconditions: Preconditions): Promise<ChangedRecord<UsagePlanRecord>> {
    const { configuration, nowMs } = this.options;
    parseInput(usagePlanName, name, 'The name of the usage plan', () => 'plan');
    const settings = parseInput(usagePlanSettings, input, 'The usage plan');
    return changeRecord(configuration, 'usage-plan', name, (present) => {
      checkPreconditions(preconditions, present === null ? null : recordTag(present));
      if (present === null && configuration.records('usage-plan').size >= LIMITS.usagePlansMax)
        throw new SluiceError(
          'LIMIT_REACHED',
          `There are ${LIMITS.usagePlansMax} usage plans, as many as there may be.`,
        );
      const { quotaAlerts: _quotaAlerts, ...rest } = settings;
      const at = new Date(nowMs()).toISOString();
      const record: UsagePlanRecord = {
        schema: 1,
        name,
        ...rest,
        ...this.alerts(name, settings, present),
        createdAt: present?.createdAt ?? at,
        updatedAt: at,
      };
      this.check(record);
      return record;
    });
  }

  /** Returns the configuration version. @throws SluiceError USAGE_PLAN_NOT_FOUND · USAGE_PLAN_IN_USE · PRECONDITION_FAILED */
  async delete(name: string, preconditions: Preconditions): Promise<number> {
    return deleteRecord(this.options.configuration, 'usage-plan', name, () => {
      const present = this.get(name);
      checkPreconditions(preconditions, recordTag(present));
      const keys = [...this.options.configuration.records('api-key').values()].filter((key) =>
        key.usagePlans.includes(name),
      );
      if (keys.length === 0) return present;
      const details = keys.slice(0, DETAILS_MAX).map((key) => ({ path: key.id, message: `is the key "${key.name}"` }));
      throw new SluiceError('USAGE_PLAN_IN_USE', `${keys.length} API keys still belong to the usage plan.`, {
        details,
      });
    });
  }

  /** A secret that is left out stays as it is, as long as alerts go to the same address: another receiver must not get one that knows it. */
  private alerts(
    name: string,
    { quotaAlerts, quota }: UsagePlanSettings,
    present: UsagePlanRecord | null,
  ): Pick<UsagePlanRecord, 'quotaAlerts'> {
    if (quotaAlerts === undefined) return {};
    if (quota === undefined) throw invalid([{ path: 'quotaAlerts', message: 'needs a "quota"' }]);
    const { percents, url, secret } = quotaAlerts;
    const kept = present?.quotaAlerts?.url === url ? present.quotaAlerts.sealedSecret : undefined;
    const sealedSecret = secret === undefined ? kept : this.options.masterKey.encrypt(secret, alertSecretAad(name));
    return { quotaAlerts: { percents, url, ...(sealedSecret === undefined ? {} : { sealedSecret }) } };
  }

  private check(record: UsagePlanRecord): void {
    const { configuration } = this.options;
    const details = record.stages.flatMap(({ api, stage, routes }, index): ErrorDetail[] => {
      const path = `stages[${index}]`;
      const apiRecord = configuration.apis.get(api);
      if (apiRecord === undefined) return [{ path: `${path}.api`, message: `there is no API "${api}"` }];
      const present = stageNamed(apiRecord, stage);
      if (present === undefined)
        return [{ path: `${path}.stage`, message: `the API "${api}" has no stage "${stage}"` }];
      const served = apiRecord.deployments[present.deploymentId]?.definition.routes ?? [];
      return Object.keys(routes)
        .filter((route) => !served.some((candidate) => candidate.route === route))
        .map((route) => ({ path: `${path}.routes`, message: `the stage serves no route "${route.slice(0, 100)}"` }));
    });
    if (details.length > 0) throw invalid(details);
    const plans = new Map(configuration.records('usage-plan')).set(record.name, record);
    for (const key of configuration.records('api-key').values()) {
      if (!key.usagePlans.includes(record.name)) continue;
      const twice = stageTwice(key.usagePlans, plans);
      if (twice !== null) {
        const message = `the API key ${key.id} would get ${stageKeyOf(twice.stage)} from the plan "${twice.otherPlan}" as well`;
        throw invalid([{ path: 'stages', message }]);
      }
    }
  }
}

function invalid(details: readonly ErrorDetail[]): SluiceError {
  const [first] = details;
  const summary = first !== undefined && 'path' in first ? `${first.path} ${first.message}` : '';
  return new SluiceError('VALIDATION_FAILED', `The usage plan is not valid: ${summary}.`, {
    details: details.slice(0, DETAILS_MAX),
  });
}
