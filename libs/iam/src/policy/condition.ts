import {
  asArray,
  blockContains,
  parseAddress,
  parseAddressBlock,
  parseConditionOperator,
  parsePolicyDate,
  parsePolicyNumber,
  type ConditionOperator,
  type NamedConditionOperator,
  type PolicyStatement,
} from '@sluice/contracts';
import { type ConditionContext } from './condition-context';
import { compilePattern, type TextPattern } from './text-pattern';

/** One operator on one key. */
export interface Condition {
  /** Variables without a default that its values need. */
  readonly variables: readonly string[];
  holds(context: ConditionContext): boolean;
}

/** Every operator and every key must hold (IAM User Guide, "Conditions with multiple context keys or values"). */
export function compileConditions(condition: PolicyStatement['Condition'], variables: boolean): Condition[] {
  return Object.entries(condition ?? {}).flatMap(([name, keys]) =>
    Object.entries(keys).map(([key, values]) => {
      const operator = parseConditionOperator(name);
      if (operator === null) throw new TypeError(`"${name}" is not a condition operator`);
      const lowerCaseKey = key.toLowerCase();
      const texts = asArray(values).map(String);
      return operator.kind === 'null'
        ? existence(lowerCaseKey, texts)
        : comparison(operator, lowerCaseKey, valueOf(operator, texts, variables));
    }),
  );
}

/** Whether one value of a request matches any of the policy's. */
interface PolicyValues {
  readonly variables: readonly string[];
  match(value: string, context: ConditionContext): boolean;
}

const NO_VARIABLES: readonly string[] = [];

/** `Null: { key: "true" }` = the request has no such key. */
function existence(key: string, texts: readonly string[]): Condition {
  const wanted = texts.map((text) => text.toLowerCase() === 'true');
  return { variables: NO_VARIABLES, holds: (context) => wanted.includes(context.value(key) === undefined) };
}

/**
 * A key that the request does not have: `IfExists` and negated operators hold, others do not; `ForAllValues` holds and `ForAnyValue`
 * does not, whatever the operator.
 */
function comparison({ negated, ifExists, set }: NamedConditionOperator, key: string, values: PolicyValues): Condition {
  const whenAbsent = ifExists || (set === null ? negated : set === 'ForAllValues');
  const every = set === null ? negated : set === 'ForAllValues';
  return {
    variables: values.variables,
    holds: (context) => {
      const found = context.value(key);
      if (found === undefined || (typeof found !== 'string' && found.length === 0)) return whenAbsent;
      const holdsFor = (value: string): boolean => values.match(value, context) !== negated;
      if (typeof found === 'string') return holdsFor(found);
      return every ? found.every(holdsFor) : found.some(holdsFor);
    },
  };
}

function valueOf(operator: ConditionOperator, texts: readonly string[], variables: boolean): PolicyValues {
  switch (operator.kind) {
    case 'text':
      return anyPattern(
        texts.map((text) =>
          compilePattern(text, {
            wildcards: false,
            variables,
            ignoreCase: operator.comparison === 'equalsIgnoreCase',
          }),
        ),
      );
    case 'pattern':
      return anyPattern(texts.map((text) => compilePattern(text, { wildcards: true, variables })));
    case 'arn':
      return anyPattern(texts.map((text) => arnPattern(text, variables)));
    case 'boolean':
      return anyFixed(
        texts.map((text) => text.toLowerCase()),
        (value, wanted) => value.toLowerCase() === wanted,
      );
    case 'binary':
      return anyFixed(texts, (value, wanted) => value === wanted);
    case 'number':
      return anyOrdered(texts, parsePolicyNumber, operator.comparison);
    case 'date':
      return anyOrdered(texts, parsePolicyDate, operator.comparison);
    case 'address': {
      const blocks = texts.flatMap((text) => parseAddressBlock(text) ?? []);
      return {
        variables: NO_VARIABLES,
        match: (value) => {
          const address = parseAddress(value);
          return address !== null && blocks.some((block) => blockContains(block, address));
        },
      };
    }
    case 'null':
      throw new TypeError('Null compares no values');
  }
}

function anyPattern(patterns: readonly TextPattern[]): PolicyValues {
  return {
    variables: patterns.flatMap((pattern) => pattern.variables),
    match: (value, context) => patterns.some((pattern) => pattern.matches(value, context)),
  };
}

function anyFixed<T>(wanted: readonly T[], equal: (value: string, wanted: T) => boolean): PolicyValues {
  return { variables: NO_VARIABLES, match: (value) => wanted.some((one) => equal(value, one)) };
}

function anyOrdered(
  texts: readonly string[],
  parse: (text: string) => number | null,
  comparison: ConditionOperator['comparison'],
): PolicyValues {
  const bounds = texts.flatMap((text) => parse(text) ?? []);
  return {
    variables: NO_VARIABLES,
    match: (value) => {
      const number = parse(value);
      return number !== null && bounds.some((bound) => compares(number, bound, comparison));
    },
  };
}

function compares(value: number, bound: number, comparison: ConditionOperator['comparison']): boolean {
  switch (comparison) {
    case 'less':
      return value < bound;
    case 'lessOrEqual':
      return value <= bound;
    case 'greater':
      return value > bound;
    case 'greaterOrEqual':
      return value >= bound;
    case 'equals':
    case 'equalsIgnoreCase':
      return value === bound;
  }
}

/** The six parts of an ARN are compared one by one: a `*` does not reach over a colon, but in the last part. */
function arnPattern(text: string, variables: boolean): TextPattern {
  const options = { wildcards: true, variables };
  if (text === '*') return compilePattern(text, options);
  const parts = arnParts(text).map((part) => compilePattern(part, options));
  return {
    variables: parts.flatMap((part) => part.variables),
    matches: (value, context) => {
      const found = arnParts(value);
      return found.length === parts.length && parts.every((part, index) => part.matches(found[index] ?? '', context));
    },
  };
}

/** Colons of a variable such as `${aws:username}` separate nothing. */
function arnParts(text: string): string[] {
  const colons = [...text.matchAll(/\$\{[^}]*\}|:/g)].filter(([match]) => match === ':').slice(0, 5);
  const starts = [0, ...colons.map(({ index }) => index + 1)];
  return starts.map((start, index) => text.slice(start, colons[index]?.index ?? text.length));
}
