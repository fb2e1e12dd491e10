import { type Claims } from './verify-token';

/** Claims as AWS hands them on: every value is a string, a list is `[a b]`. Any name is data, `__proto__` too. */
export function claimsJson(claims: Claims): string {
  const members = Object.entries(claims).map(
    ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(textOf(value))}`,
  );
  return `{${members.join(',')}}`;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(textOf).join(' ')}]`;
  return JSON.stringify(value);
}
