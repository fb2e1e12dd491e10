import { parseInput, SluiceError, usageGrant, type ApiKeyRecord, type UsagePlanRecord } from '@sluice/contracts';
import {
  dayOf,
  dayText,
  dollarsText,
  firstDayOfMonth,
  periodStarts,
  startOfDay,
  usageReport,
  type PeriodState,
  type QuotaGrants,
  type UsageGroup,
  type UsageReader,
  type UsageRow,
} from '@sluice/throttling';
import { type ConfigurationStore } from '../../configuration/configuration-store';
import { csvRow } from '../csv';
import { knownQueryParameters, type AdminRequest } from '../http/admin-request';
import { PAGE_PARAMETERS, pageOf } from '../http/page';
import { Reply } from '../http/reply';
import { daysOf, groupsOf, wantsCsv, type Days } from './usage-query';

/** What was used, what is left of it and what it costs. */
export class UsageService {
  constructor(
    private readonly options: {
      readonly configuration: ConfigurationStore;
      readonly reader: UsageReader;
      readonly grants: QuotaGrants;
      readonly nowMs: () => number;
    },
  ) {}

  /** As AWS's GetUsage: for each API key of the plan `[used, remaining]` per day; `remaining` is null where there is no quota. */
  async ofPlan(plan: UsagePlanRecord, request: AdminRequest): Promise<object> {
    const { from, to, key, ...query } = knownQueryParameters(request, ['from', 'to', 'key', ...PAGE_PARAMETERS]);
    const days = daysOf(from, to, this.options.nowMs());
    const ofPlan = this.keysOf(plan).filter(({ id }) => key === undefined || id === key);
    const { items: keys, ...page } = pageOf(query, new Map(ofPlan.map((one) => [one.id, one])));
    // What remained on a day depends on what was used since its period began.
    const firstDay = plan.quota === undefined ? days.fromDay : periodStartDay(plan.quota, days.fromDay);
    const entries = await this.options.reader.read(firstDay, days.toDay, plan.name);
    const used = new Map<string, number>();
    for (const { apiKeyId, day, requests } of entries)
      used.set(`${apiKeyId}/${day}`, (used.get(`${apiKeyId}/${day}`) ?? 0) + requests);
    const items = await Promise.all(
      keys.map(async ({ id }) => {
        const state = plan.quota === undefined ? null : await this.options.grants.read(plan.name, id, plan.quota);
        return [id, remainingPerDay(plan, firstDay, days, state, (day) => used.get(`${id}/${day}`) ?? 0)] as const;
      }),
    );
    return {
      usagePlan: plan.name,
      from: dayText(days.fromDay),
      to: dayText(days.toDay),
      items: Object.fromEntries(items),
      ...page,
    };
  }

  /** Sets how many requests beyond the plan's limit a key may make in the present period. @throws SluiceError VALIDATION_FAILED · API_KEY_NOT_FOUND */
  async grant(plan: UsagePlanRecord, apiKeyId: string, input: unknown): Promise<object> {
    const { extraRequests } = parseInput(usageGrant, input, 'The grant');
    if (!this.keysOf(plan).some(({ id }) => id === apiKeyId))
      throw new SluiceError(
        'API_KEY_NOT_FOUND',
        `The usage plan "${plan.name}" has no API key "${apiKeyId.slice(0, 64)}".`,
      );
    const { quota } = plan;
    if (quota === undefined)
      throw new SluiceError('VALIDATION_FAILED', `The usage plan "${plan.name}" has no quota to be extended.`);
    const state = await this.options.grants.grant(plan.name, apiKeyId, quota, extraRequests);
    return {
      used: state.used,
      limit: quota.limit,
      extraRequests: state.extraRequests,
      remaining: Math.max(0, quota.limit + state.extraRequests - state.used),
      periodStartsAt: new Date(state.startsAtMs).toISOString(),
      periodEndsAt: new Date(state.endsAtMs).toISOString(),
    };
  }

  /** Requests and cost of all plans, by the groups asked for; as CSV where that is asked for. */
  async report(request: AdminRequest): Promise<Reply> {
    const { from, to, groupBy, format } = knownQueryParameters(request, ['from', 'to', 'groupBy', 'format']);
    const days = daysOf(from, to, this.options.nowMs());
    const groups = groupsOf(groupBy);
    const asCsv = wantsCsv(format, request);
    const { configuration, reader } = this.options;
    const entries = await reader.read(firstDayOfMonth(days.fromDay), days.toDay);
    const plans = configuration.records('usage-plan');
    const rows = usageReport(entries, days.fromDay, groups, (plan) => plans.get(plan)?.priceTiers);
    const keys = configuration.records('api-key');
    if (asCsv) return new Reply(200, csvOf(groups, rows, keys), { 'content-type': 'text/csv; charset=utf-8' });
    const requests = rows.reduce((sum, row) => sum + row.requests, 0);
    const cost = rows.reduce((sum, row) => sum + row.costMicroDollars, 0n);
    return new Reply(200, {
      from: dayText(days.fromDay),
      to: dayText(days.toDay),
      groupBy: groups,
      currency: 'USD',
      rows: rows.map(({ requests: count, costMicroDollars, ...row }) => ({
        ...row,
        ...keyNames(row.key, keys),
        requests: count,
        ...money(costMicroDollars),
      })),
      total: { requests, ...money(cost) },
    });
  }

  private keysOf(plan: UsagePlanRecord): ApiKeyRecord[] {
    const keys = [...this.options.configuration.records('api-key').values()];
    return keys.filter(({ usagePlans }) => usagePlans.includes(plan.name));
  }
}

/** The first day of the period that a day is in. */
function periodStartDay(quota: NonNullable<UsagePlanRecord['quota']>, day: number): number {
  return dayOf(periodStarts(quota, startOfDay(day))[1]);
}

/** What was granted counts in the present period; of earlier ones only the plan's limit is known. */
function remainingPerDay(
  { quota }: UsagePlanRecord,
  firstDay: number,
  { fromDay, toDay }: Days,
  state: PeriodState | null,
  usedOn: (day: number) => number,
): (readonly [number, number | null])[] {
  const perDay: (readonly [number, number | null])[] = [];
  let usedInPeriod = 0;
  for (let day = firstDay; day <= toDay; day++) {
    const used = usedOn(day);
    let remaining: number | null = null;
    if (quota !== undefined) {
      if (periodStartDay(quota, day) === day) usedInPeriod = 0;
      usedInPeriod += used;
      const extra = state !== null && startOfDay(day) >= state.startsAtMs ? state.extraRequests : 0;
      remaining = Math.max(0, quota.limit + extra - usedInPeriod);
    }
    if (day >= fromDay) perDay.push([used, remaining]);
  }
  return perDay;
}

/** Dollars as text: a number with six decimals would not survive every JSON reader. */
function money(microDollars: bigint): { costMicroDollars: number; cost: string } {
  return { costMicroDollars: Number(microDollars), cost: dollarsText(microDollars) };
}

function keyNames(
  id: string | undefined,
  keys: ReadonlyMap<string, ApiKeyRecord>,
): { keyName?: string; customerId?: string } {
  const key = id === undefined ? undefined : keys.get(id);
  if (key === undefined) return {};
  return { keyName: key.name, ...(key.customerId === undefined ? {} : { customerId: key.customerId }) };
}

function csvOf(
  groups: readonly UsageGroup[],
  rows: readonly UsageRow[],
  keys: ReadonlyMap<string, ApiKeyRecord>,
): string {
  const named = groups.includes('key');
  const header = [...groups, ...(named ? ['keyName', 'customerId'] : []), 'requests', 'costUsd'];
  const lines = rows.map((row) => {
    const { keyName = '', customerId = '' } = keyNames(row.key, keys);
    const names = named ? [keyName, customerId] : [];
    return csvRow([
      ...groups.map((group) => row[group] ?? ''),
      ...names,
      row.requests,
      dollarsText(row.costMicroDollars),
    ]);
  });
  return [csvRow(header), ...lines].join('');
}
