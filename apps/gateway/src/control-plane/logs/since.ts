import { badRequest } from '../http/admin-request';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const ISO_DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/**
 * A time as epoch milliseconds: ISO 8601 (`2026-11-22T10:00:00Z`, a date alone is midnight UTC), epoch milliseconds, or how long
 * before now (`30s`, `5m`, `2h`, `1d`).
 * @throws SluiceError BAD_REQUEST
 */
export function parseSince(text: string, nowMs: number, parameter = 'since'): number {
  const [, amount, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (amount !== undefined) return nowMs - Number(amount) * (UNIT_MS[unit] ?? 0);
  if (/^\d{1,15}$/.test(text)) return Number(text);
  const timeMs = ISO_DATE.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(timeMs)) {
    throw badRequest(
      `"${parameter}" must be a time such as 2026-11-22T10:00:00Z, epoch milliseconds, or an age such as 5m.`,
    );
  }
  return timeMs;
}
