import { type ConditionContext } from './condition-context';

export interface TextPattern {
  /** Variables without a default that the pattern needs, as lower-case condition keys. */
  readonly variables: readonly string[];
  /** False also where a variable has no value: a pattern that cannot be completed matches nothing. */
  matches(text: string, context: ConditionContext): boolean;
}

export interface PatternOptions {
  /** `*` is any text, `?` any one character. Otherwise both are themselves. */
  readonly wildcards: boolean;
  /** `${key}` is replaced by the request's value, in which `*` and `?` are plain characters. Version 2012-10-17 only. */
  readonly variables: boolean;
  readonly ignoreCase?: boolean;
}

/** Compiles a text of a policy. Matching takes time in the product of both lengths at worst, never exponential. */
export function compilePattern(text: string, options: PatternOptions): TextPattern {
  const parts = options.variables && text.includes('${') ? splitVariables(text) : [text];
  const fixed = parts.every((part) => typeof part === 'string');
  const ignoreCase = options.ignoreCase === true;
  if (!fixed) return new VariablePattern(parts, options.wildcards, ignoreCase);
  const units = unitsOf(ignoreCase ? text.toLowerCase() : text, options.wildcards);
  return fixedPattern(units, ignoreCase);
}

/** A variable of a pattern, or a special character written as one. */
interface Variable {
  readonly key: string;
  readonly fallback: string | undefined;
}

/** UTF-16 units of the pattern; wildcards are negative. */
const ANY_TEXT = -1;
const ANY_ONE = -2;
const STAR = 0x2a;
const QUESTION = 0x3f;
const NO_VARIABLES: readonly string[] = [];

/** Most patterns are a name, everything, or everything that begins alike: none of these needs a walk. */
function fixedPattern(units: readonly number[], ignoreCase: boolean): TextPattern {
  const firstWildcard = units.findIndex((unit) => unit < 0);
  const begin = String.fromCharCode(...(firstWildcard < 0 ? units : units.slice(0, firstWildcard)));
  const folded = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  if (firstWildcard < 0) return { variables: NO_VARIABLES, matches: (text) => folded(text) === begin };
  if (firstWildcard === units.length - 1 && units[firstWildcard] === ANY_TEXT)
    return { variables: NO_VARIABLES, matches: (text) => folded(text).startsWith(begin) };
  return { variables: NO_VARIABLES, matches: (text) => globMatches(units, folded(text)) };
}

class VariablePattern implements TextPattern {
  readonly variables: readonly string[];

  constructor(
    private readonly parts: readonly (string | Variable)[],
    private readonly wildcards: boolean,
    private readonly ignoreCase: boolean,
  ) {
    this.variables = parts.flatMap((part) =>
      typeof part === 'string' || part.fallback !== undefined ? [] : [part.key],
    );
  }

  matches(text: string, context: ConditionContext): boolean {
    const fold = (part: string): string => (this.ignoreCase ? part.toLowerCase() : part);
    const units: number[] = [];
    for (const part of this.parts) {
      if (typeof part === 'string') units.push(...unitsOf(fold(part), this.wildcards));
      else {
        const found = part.key === '' ? undefined : context.value(part.key);
        const value = typeof found === 'string' ? found : part.fallback;
        if (value === undefined) return false;
        units.push(...unitsOf(fold(value), false));
      }
    }
    return globMatches(units, fold(text));
  }
}

/** Texts and variables in turn. `${*}`, `${?}` and `${$}` are variables that always have their character as value. */
function splitVariables(text: string): (string | Variable)[] {
  const parts: (string | Variable)[] = [];
  let end = 0;
  for (const match of text.matchAll(/\$\{(?:([*?$])|([^,{}]+)(?:, *'([^'{}]*)')?)\}/g)) {
    if (match.index > end) parts.push(text.slice(end, match.index));
    const [whole, character, key, fallback] = match;
    parts.push(
      character === undefined ? { key: (key ?? '').toLowerCase(), fallback } : { key: '', fallback: character },
    );
    end = match.index + whole.length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

function unitsOf(text: string, wildcards: boolean): number[] {
  return Array.from({ length: text.length }, (_, index) => {
    const unit = text.charCodeAt(index);
    if (!wildcards) return unit;
    return unit === STAR ? ANY_TEXT : unit === QUESTION ? ANY_ONE : unit;
  });
}

/** Goes back to the last `*` only: what an earlier one could take, the last one could take as well. */
function globMatches(pattern: readonly number[], text: string): boolean {
  let [at, place, lastStar, starPlace] = [0, 0, -1, 0];
  while (place < text.length) {
    const unit = pattern[at];
    if (unit === ANY_TEXT) [lastStar, starPlace, at] = [at, place, at + 1];
    else if (unit === ANY_ONE || unit === text.charCodeAt(place)) [at, place] = [at + 1, place + 1];
    else if (lastStar >= 0) [at, place] = [lastStar + 1, ++starPlace];
    else return false;
  }
  while (pattern[at] === ANY_TEXT) at++;
  return at === pattern.length;
}
