import { LIMITS } from '@sluice/contracts/invocation';
import { inspect } from './inspect';
import { writeLogLine, type LogLevel } from './log-lines';
import { charCodeAt, floor, now, record, slice, toNumber, toText } from './primordials';
import { thrownParts } from './error-payload';

const CHARACTERS_MAX = LIMITS.guestLogLineBytesMax;

/** The `console` of a function: every call is one log line of the invocation that is running. Nothing in here throws. */
export const guestConsole = {
  log: (...values: unknown[]): void => write('INFO', values),
  info: (...values: unknown[]): void => write('INFO', values),
  warn: (...values: unknown[]): void => write('WARN', values),
  error: (...values: unknown[]): void => write('ERROR', values),
  debug: (...values: unknown[]): void => write('DEBUG', values),
  trace: (...values: unknown[]): void => write('TRACE', values),
  dir: (value: unknown): void => writeLogLine('INFO', inspect(value, CHARACTERS_MAX)),
  table: (value: unknown): void => writeLogLine('INFO', inspect(value, CHARACTERS_MAX)),
  group: (...values: unknown[]): void => {
    if (values.length > 0) write('INFO', values);
    if (indent.length < 40) indent += '  ';
  },
  groupCollapsed: (...values: unknown[]): void => guestConsole.group(...values),
  groupEnd: (): void => {
    indent = slice(indent, 2);
  },
  assert: (condition?: unknown, ...values: unknown[]): void => {
    if (!condition) writeLogLine('ERROR', `Assertion failed${values.length > 0 ? ': ' : ''}${format(values)}`);
  },
  count: (label: unknown = 'default'): void => {
    const key = labelText(label);
    counts[key] = (counts[key] ?? 0) + 1;
    writeLogLine('INFO', `${key}: ${counts[key]}`);
  },
  countReset: (label: unknown = 'default'): void => void delete counts[labelText(label)],
  time: (label: unknown = 'default'): void => {
    started[labelText(label)] = now();
  },
  timeLog: (label: unknown = 'default', ...values: unknown[]): void => elapsed(labelText(label), values),
  timeEnd: (label: unknown = 'default'): void => {
    elapsed(labelText(label), []);
    delete started[labelText(label)];
  },
};

let indent = '';
const counts = record<number>();
const started = record<number>();

function labelText(label: unknown): string {
  return typeof label === 'string' ? slice(label, 0, 100) : 'default';
}

function elapsed(label: string, values: unknown[]): void {
  const since = started[label];
  if (since !== undefined)
    writeLogLine('INFO', `${label}: ${now() - since}ms${values.length > 0 ? ` ${format(values)}` : ''}`);
}

function write(level: LogLevel, values: unknown[]): void {
  writeLogLine(level, indent + format(values));
}

/** Values joined by spaces; `%s %d %i %f %j %o %O %c` in the first one as the Console standard says. */
function format(values: readonly unknown[]): string {
  let next = 0;
  let text = '';
  const first = values[0];
  if (typeof first === 'string') {
    next = 1;
    if (values.length === 1) return slice(first, 0, CHARACTERS_MAX + 1);
    let from = 0;
    for (let at = 0; at < first.length - 1 && at < CHARACTERS_MAX && next < values.length; at++) {
      if (charCodeAt(first, at) !== 37) continue;
      const put = directive(charCodeAt(first, at + 1), values[next]);
      if (put === null) continue;
      text += slice(first, from, at) + put;
      from = at + 2;
      if (charCodeAt(first, at + 1) !== 37) next++;
      at++;
    }
    text += slice(first, from, from + CHARACTERS_MAX);
  }
  for (; next < values.length && text.length <= CHARACTERS_MAX; next++) {
    const value = values[next];
    text += (next === 0 ? '' : ' ') + plain(value, CHARACTERS_MAX - text.length);
  }
  return text;
}

function plain(value: unknown, charactersMax: number): string {
  return typeof value === 'string' ? slice(value, 0, charactersMax + 1) : inspect(value, charactersMax);
}

function directive(letter: number, value: unknown): string | null {
  switch (letter) {
    case 37: // %%
      return '%';
    case 115: // %s
      return plain(value, CHARACTERS_MAX);
    case 100: // %d
      return numberText(value, (number) => number);
    case 105: // %i
      return numberText(value, (number) => (number < 0 ? -floor(-number) : floor(number)));
    case 102: // %f
      return numberText(value, (number) => number);
    case 106: // %j
    case 79: // %O
    case 111: // %o
      return inspect(value, CHARACTERS_MAX);
    case 99: // %c: styles are not shown
      return '';
    default:
      return null;
  }
}

function numberText(value: unknown, round: (number: number) => number): string {
  if (typeof value === 'bigint') return `${toText(value)}n`;
  return typeof value === 'number' || typeof value === 'string' ? toText(round(toNumber(value))) : 'NaN';
}

/** What an exception nobody catches leaves in the log. */
export function uncaughtText(thrown: unknown): string {
  const parts = thrownParts(thrown);
  return parts.stack === '' ? `${parts.errorType}: ${parts.errorMessage}` : parts.stack;
}
