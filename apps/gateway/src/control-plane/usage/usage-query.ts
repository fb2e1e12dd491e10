import { LIMITS } from '@sluice/contracts';
import { dayOf, dayText, firstDayOfMonth, USAGE_GROUPS, type UsageGroup } from '@sluice/throttling';
import { badRequest, type AdminRequest } from '../http/admin-request';

/** Days since 1970, UTC; both are included. */
export interface Days {
  readonly fromDay: number;
  readonly toDay: number;
}

/** The days asked for; without a question those of the month, up to today. @throws SluiceError BAD_REQUEST */
export function daysOf(from: string | undefined, to: string | undefined, nowMs: number): Days {
  const toDay = to === undefined ? dayOf(nowMs) : parseDay('to', to);
  const fromDay = from === undefined ? firstDayOfMonth(toDay) : parseDay('from', from);
  if (fromDay > toDay) throw badRequest('"from" is after "to".');
  if (toDay - fromDay >= LIMITS.usageDaysKept)
    throw badRequest(`At most ${LIMITS.usageDaysKept} days can be reported at once; usage is kept that long.`);
  return { fromDay, toDay };
}

function parseDay(name: string, text: string): number {
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? dayOf(Date.parse(`${text}T00:00:00Z`)) : Number.NaN;
  // A date that does not exist, such as 2026-02-30, is refused or read as another one.
  if (Number.isNaN(day) || dayText(day) !== text) throw badRequest(`"${name}" must be a day such as 2026-11-23.`);
  return day;
}

/** @throws SluiceError BAD_REQUEST */
export function groupsOf(text: string | undefined): readonly UsageGroup[] {
  const names = text === undefined ? ['plan'] : text.split(',');
  const groups = USAGE_GROUPS.filter((group) => names.includes(group));
  if (groups.length === names.length) return groups;
  throw badRequest(`"groupBy" must be one or more of ${USAGE_GROUPS.join(', ')}, each once, with commas between them.`);
}

/** By `format`, else by what the client accepts. @throws SluiceError BAD_REQUEST */
export function wantsCsv(format: string | undefined, { headers }: AdminRequest): boolean {
  if (format === undefined) return /^text\/csv\b/i.test(headers.accept ?? '');
  if (format !== 'csv' && format !== 'json') throw badRequest('"format" must be json or csv.');
  return format === 'csv';
}
