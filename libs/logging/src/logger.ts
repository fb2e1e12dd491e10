/** Ascending severity. `fatal` is for what ends the process. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFields = Readonly<Record<string, unknown>>;

export interface LoggerOptions {
  readonly name: string;
  readonly level: LogLevel;
  /** Where lines go; default stdout. */
  readonly stream?: { write(line: string): unknown };
  /** On every line of this logger and its children. */
  readonly fields?: LogFields;
  readonly nowMs?: () => number;
}

/** One JSON object per line: time, level, name, msg, then the fields. Values of secret-looking fields and registered secrets never appear. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  fatal(message: string, fields?: LogFields): void;
  /** A logger with these fields on every line. */
  child(fields: LogFields): Logger;
}

const SECRET_NAME =
  /secret|password|passwd|authorization|cookie|signature|private[-_]?key|master[-_]?key|link[-_]?key|^token$|api[-_]?key/i;
const REDACTED = '[redacted]';
const TEXT_CHARS_MAX = 16 * 1024;
const DEPTH_MAX = 6;
const secrets = new Set<string>();

/** From now on this text is replaced wherever a log line would show it. For keys and passwords read at start. */
export function redactValue(secret: string): void {
  if (secret.length >= 8) secrets.add(secret);
}

export function createLogger(options: LoggerOptions): Logger {
  const { name, fields = {}, stream = process.stdout, nowMs = Date.now } = options;
  const threshold = LOG_LEVELS.indexOf(options.level);
  const at =
    (level: LogLevel) =>
    (message: string, more: LogFields = {}): void => {
      if (LOG_LEVELS.indexOf(level) < threshold) return;
      const record = {
        time: new Date(nowMs()).toISOString(),
        level,
        name,
        msg: message,
        ...plainFields(fields),
        ...plainFields(more),
      };
      stream.write(`${redacted(visible(JSON.stringify(record)))}\n`);
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('fatal'),
    child: (more) => createLogger({ ...options, fields: { ...fields, ...more } }),
  };
}

/** JSON escapes C0 already; C1 and bidirectional controls would still reach a terminal. */
function visible(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function redacted(line: string): string {
  for (const secret of secrets) if (line.includes(secret)) line = line.replaceAll(secret, REDACTED);
  return line;
}

function plainFields(fields: LogFields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plain(name, value, 0)]));
}

/** A value as JSON can show it: bounded, without secrets, errors with their stack and causes. */
function plain(name: string, value: unknown, depth: number): unknown {
  if (SECRET_NAME.test(name) && value !== undefined && value !== null) return REDACTED;
  if (typeof value === 'string') return value.length > TEXT_CHARS_MAX ? `${value.slice(0, TEXT_CHARS_MAX)}…` : value;
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (typeof value === 'function') return '[function]';
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEPTH_MAX) return '[deeper]';
  if (value instanceof Error) {
    const { code } = value as { code?: unknown };
    return {
      type: value.name,
      message: plain('message', value.message, depth),
      ...(code === undefined ? {} : { code: plain('code', code, depth) }),
      stack: plain('stack', value.stack, depth),
      ...(value.cause === undefined ? {} : { cause: plain('cause', value.cause, depth + 1) }),
    };
  }
  if (Array.isArray(value)) return value.slice(0, 100).map((entry) => plain('', entry, depth + 1));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(key, entry, depth + 1)]));
}
