/**
 * The status a function may answer with: an integer from 200 to 599, also as a numeric string (AWS takes `"201"`); none means 200.
 * 1xx would leave the client waiting for the real answer. Returns null for anything else.
 */
export function acceptStatus(value: unknown): number | null {
  if (value === undefined) return 200;
  const status = typeof value === 'string' && /^[2-5]\d\d$/.test(value) ? Number(value) : value;
  return typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599 ? status : null;
}
