/**
 * The directives of a Cache-Control header (RFC 9111 §5.2, syntax RFC 9110 §5.6): names in lower case, values without quotes,
 * '' where there is none. A directive that stands twice keeps the value that keeps the answer for a shorter time.
 */
export type CacheControl = ReadonlyMap<string, string>;

const NONE: CacheControl = new Map();
/** RFC 9111 §1.2.2: what does not fit is taken as this many seconds. */
const DELTA_SECONDS_MAX = 2_147_483_648;

/** Reads all lines of the header, joined with commas. A name inside a quoted string is not a directive. */
export function parseCacheControl(text: string): CacheControl {
  if (text === '') return NONE;
  const directives = new Map<string, string>();
  for (const member of listMembers(text)) {
    const equals = member.indexOf('=');
    const name = (equals < 0 ? member : member.slice(0, equals)).toLowerCase();
    const value = equals < 0 ? '' : unquoted(member.slice(equals + 1));
    const present = directives.get(name);
    if (present === undefined || shorter(value, present)) directives.set(name, value);
  }
  return directives;
}

/** A number of seconds, or 0 where it is none: freshness that cannot be read is no freshness (RFC 9111 §4.2.1). */
export function deltaSeconds(value: string): number {
  return /^\d+$/.test(value) ? Math.min(Number(value), DELTA_SECONDS_MAX) : 0;
}

/** The members of a comma-separated list, empty ones left out; commas in quoted strings separate nothing. */
export function listMembers(text: string): string[] {
  const members: string[] = [];
  let quoted = false;
  let start = 0;
  for (let index = 0; index <= text.length; index++) {
    const character = text[index];
    if (quoted) {
      if (character === '\\') index++;
      else if (character === '"') quoted = false;
      if (index < text.length) continue;
    } else if (character === '"') quoted = true;
    if (character !== ',' && index < text.length) continue;
    const member = text.slice(start, index).trim();
    if (member !== '') members.push(member);
    start = index + 1;
  }
  return members;
}

function unquoted(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"')
    ? value.slice(1, -1).replace(/\\(.)/g, '$1')
    : value;
}

function shorter(value: string, present: string): boolean {
  return deltaSeconds(value) < deltaSeconds(present);
}
