import { escapeField, escapeText } from './escape-text';

/** What a variable stands for in one request; '' = there is none, which a line shows as `-`. */
export type VariableValue = string | number;

export interface Variable<Entry> {
  readonly read: (entry: Entry) => VariableValue;
  /** Made by the gateway in a fixed form: blanks in it are meant. */
  readonly fixedForm?: boolean;
}

/** Looks a variable up by its name without `$context.`; undefined = it is not known. */
export type FindVariable<Entry> = (name: string) => Variable<Entry> | undefined;

export type LineFormat<Entry> = (entry: Entry) => string;

const VARIABLE = /\$context\.([A-Za-z0-9_]+(?:\.[A-Za-z0-9_-]+)*)/g;

/** AWS's formats of these names, as its console offers them. */
const PRESETS: Readonly<Record<string, string>> = {
  clf:
    '$context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime] ' +
    '"$context.httpMethod $context.resourcePath $context.protocol" $context.status $context.responseLength ' +
    '$context.requestId $context.extendedRequestId',
  json: `{${[
    'requestId',
    'extendedRequestId',
    'ip:identity.sourceIp',
    'caller:identity.caller',
    'user:identity.user',
    'requestTime',
    'httpMethod',
    'resourcePath',
    'status',
    'protocol',
    'responseLength',
  ]
    .map((field) => [field.split(':')[0], field.split(':').at(-1)])
    .map(([name, variable]) => `"${name}":"$context.${variable}"`)
    .join(',')}}`,
};

/** The template behind a preset's name, or the template itself. */
export function formatTemplate(format: string): string {
  return Object.hasOwn(PRESETS, format) ? (PRESETS[format] as string) : format;
}

/** Names of the variables of a template, each once. */
export function variablesOf(template: string): string[] {
  return [...new Set([...template.matchAll(VARIABLE)].map((match) => match[1] as string))];
}

/** Whether lines of the template are JSON objects, whatever their variables say. */
export function isJsonTemplate(template: string): boolean {
  if (!template.startsWith('{')) return false;
  try {
    JSON.parse(template.replace(VARIABLE, '0'));
    return true;
  } catch {
    return false;
  }
}

/**
 * Prepares a template, so that a line is its literal parts and the values joined. Values cannot leave their place: inside quotes they
 * are escaped; in JSON outside quotes a value becomes a JSON number, string or null; elsewhere blanks are escaped as well.
 * A variable that `find` does not know is shown as `-`.
 */
export function compileLineFormat<Entry>(template: string, find: FindVariable<Entry>): LineFormat<Entry> {
  const isJson = isJsonTemplate(template);
  const literals: string[] = [];
  const renders: LineFormat<Entry>[] = [];
  let position = 0;
  let quoted = false;
  for (const match of template.matchAll(VARIABLE)) {
    const literal = template.slice(position, match.index);
    position = match.index + match[0].length;
    quoted = endsQuoted(literal, quoted);
    literals.push(literal);
    renders.push(renderer(find(match[1] as string), quoted, isJson));
  }
  const tail = template.slice(position);
  return (entry) => {
    let line = '';
    for (let i = 0; i < renders.length; i++) line += (literals[i] as string) + (renders[i] as LineFormat<Entry>)(entry);
    return line + tail;
  };
}

function renderer<Entry>(variable: Variable<Entry> | undefined, quoted: boolean, isJson: boolean): LineFormat<Entry> {
  if (variable === undefined) return () => (isJson && !quoted ? 'null' : '-');
  const { read, fixedForm = false } = variable;
  if (isJson && !quoted) {
    return (entry) => {
      const value = read(entry);
      if (typeof value === 'number') return String(value);
      return value === '' ? 'null' : `"${escapeText(value)}"`;
    };
  }
  const escape = quoted || fixedForm ? escapeText : escapeField;
  return (entry) => {
    const value = read(entry);
    if (typeof value === 'number') return String(value);
    return value === '' ? '-' : escape(value);
  };
}

/** Whether what follows the literal stands between quotes. */
function endsQuoted(literal: string, quotedBefore: boolean): boolean {
  let quoted = quotedBefore;
  for (let i = 0; i < literal.length; i++) {
    if (literal[i] === '\\') i++;
    else if (literal[i] === '"') quoted = !quoted;
  }
  return quoted;
}
