import { parseAddressBlock } from './address-block';

/** What the values of an operator are: each kind reads and compares them in its own way. */
export type ConditionValueKind =
  'text' | 'pattern' | 'number' | 'date' | 'boolean' | 'binary' | 'address' | 'arn' | 'null';

export interface ConditionOperator {
  readonly kind: ConditionValueKind;
  /** How a request's value is compared with one of the policy's. */
  readonly comparison: 'equals' | 'equalsIgnoreCase' | 'less' | 'lessOrEqual' | 'greater' | 'greaterOrEqual';
  /** Holds when *no* value of the policy matches. */
  readonly negated: boolean;
}

/**
 * The condition operators of IAM (IAM User Guide, "IAM JSON policy elements: Condition operators"), without the suffix `IfExists`
 * and the prefixes `ForAllValues:` and `ForAnyValue:`.
 */
export const CONDITION_OPERATORS: Readonly<Record<string, ConditionOperator>> = {
  StringEquals: operator('text', 'equals'),
  StringNotEquals: operator('text', 'equals', true),
  StringEqualsIgnoreCase: operator('text', 'equalsIgnoreCase'),
  StringNotEqualsIgnoreCase: operator('text', 'equalsIgnoreCase', true),
  StringLike: operator('pattern', 'equals'),
  StringNotLike: operator('pattern', 'equals', true),
  ...ordered('Numeric', 'number'),
  ...ordered('Date', 'date'),
  Bool: operator('boolean', 'equals'),
  BinaryEquals: operator('binary', 'equals'),
  IpAddress: operator('address', 'equals'),
  NotIpAddress: operator('address', 'equals', true),
  ArnEquals: operator('arn', 'equals'),
  ArnLike: operator('arn', 'equals'),
  ArnNotEquals: operator('arn', 'equals', true),
  ArnNotLike: operator('arn', 'equals', true),
  Null: operator('null', 'equals'),
};

export interface NamedConditionOperator extends ConditionOperator {
  readonly ifExists: boolean;
  /** For keys of many values; null = the usual comparison. */
  readonly set: 'ForAllValues' | 'ForAnyValue' | null;
}

/** Reads an operator as it stands in a policy, such as `ForAnyValue:StringLikeIfExists`; null = there is none of that name. */
export function parseConditionOperator(name: string): NamedConditionOperator | null {
  const [, set, base = '', ifExists] = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(name) ?? [];
  const found = Object.hasOwn(CONDITION_OPERATORS, base) ? CONDITION_OPERATORS[base] : undefined;
  // Null asks whether the key exists at all: "if it exists" would answer itself.
  if (found === undefined || (found.kind === 'null' && ifExists !== undefined)) return null;
  return { ...found, ifExists: ifExists !== undefined, set: (set ?? null) as NamedConditionOperator['set'] };
}

/** What is wrong with a value of an operator, or null. */
export function conditionValueProblem(kind: ConditionValueKind, value: string): string | null {
  switch (kind) {
    case 'number':
      return parsePolicyNumber(value) === null ? 'must be a number' : null;
    case 'date':
      return parsePolicyDate(value) === null
        ? 'must be a date such as "2026-01-31T12:00:00Z", or seconds since 1970'
        : null;
    case 'boolean':
    case 'null':
      return /^(true|false)$/i.test(value) ? null : 'must be "true" or "false"';
    case 'binary':
      return /^[A-Za-z0-9+/]*={0,2}$/.test(value) ? null : 'must be base64';
    case 'address':
      return parseAddressBlock(value) === null
        ? 'must be an IP address or a CIDR block such as "203.0.113.0/24" or "2001:db8::/32"'
        : null;
    case 'arn':
      return value === '*' || value.split(':').length >= 6 || value.includes('${')
        ? null
        : 'must be an ARN of six parts, such as "arn:aws:iam::000000000000:user/*"';
    case 'text':
    case 'pattern':
      return null;
  }
}

export function parsePolicyNumber(text: string): number | null {
  return /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$/.test(text) ? Number(text) : null;
}

/** W3C profile of ISO 8601 (https://www.w3.org/TR/NOTE-datetime) or seconds since 1970, to milliseconds; null = neither. */
export function parsePolicyDate(text: string): number | null {
  if (/^\d{1,13}(\.\d+)?$/.test(text) && !/^\d{4}$/.test(text)) return Number(text) * 1_000;
  if (!/^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?)?)?$/.test(text)) return null;
  const timeMs = Date.parse(text);
  return Number.isNaN(timeMs) ? null : timeMs;
}

function operator(
  kind: ConditionValueKind,
  comparison: ConditionOperator['comparison'],
  negated = false,
): ConditionOperator {
  return { kind, comparison, negated };
}

function ordered(prefix: string, kind: ConditionValueKind): Record<string, ConditionOperator> {
  return {
    [`${prefix}Equals`]: operator(kind, 'equals'),
    [`${prefix}NotEquals`]: operator(kind, 'equals', true),
    [`${prefix}LessThan`]: operator(kind, 'less'),
    [`${prefix}LessThanEquals`]: operator(kind, 'lessOrEqual'),
    [`${prefix}GreaterThan`]: operator(kind, 'greater'),
    [`${prefix}GreaterThanEquals`]: operator(kind, 'greaterOrEqual'),
  };
}
