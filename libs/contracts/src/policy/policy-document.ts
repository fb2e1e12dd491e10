import { z } from 'zod';
import { LIMITS } from '../limits';
import { conditionValueProblem, parseConditionOperator } from './condition-operator';

/**
 * IAM's JSON policy language (IAM User Guide, "Grammar of the IAM JSON policy language"). An *identity* policy belongs to a user or a
 * group and has no principal; a *resource* policy belongs to an API or a function URL and says whom it is about.
 */
export type PolicyKind = 'identity' | 'resource';

type OneOrMany<T> = T | readonly T[];
export type ConditionValue = string | number | boolean;
export type PolicyPrincipal = '*' | Readonly<Record<string, OneOrMany<string>>>;

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: PolicyPrincipal;
  readonly NotPrincipal?: PolicyPrincipal;
  readonly Action?: OneOrMany<string>;
  readonly NotAction?: OneOrMany<string>;
  readonly Resource?: OneOrMany<string>;
  readonly NotResource?: OneOrMany<string>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMany<ConditionValue>>>>>;
}

export interface PolicyDocument {
  /** Only 2012-10-17 has policy variables such as `${aws:username}`; absent = 2008-10-17, as on AWS. */
  readonly Version?: '2012-10-17' | '2008-10-17';
  readonly Id?: string;
  readonly Statement: OneOrMany<PolicyStatement>;
}

/** One thing wrong with a document, and where. */
export interface PolicyProblem {
  readonly path: (string | number)[];
  readonly message: string;
}

/** A policy document of a kind, as part of a larger schema: each problem is an issue at its own path. */
export function policyDocument(kind: PolicyKind): z.ZodType<PolicyDocument> {
  return z
    .unknown()
    .superRefine((input, context) => {
      for (const { path, message } of policyProblems(input, kind, 'kept'))
        context.addIssue({ code: 'custom', path, message });
    })
    .transform((input) => input as PolicyDocument);
}

/**
 * Everything that is wrong with a document; none = it is a PolicyDocument. One that is kept is written by a person, who is also told
 * of what could be evaluated but is surely a mistake; one that an authorizer answers with is used at once.
 */
export function policyProblems(input: unknown, kind: PolicyKind, use: 'kept' | 'once' = 'once'): PolicyProblem[] {
  return new PolicyCheck(kind, use).document(input);
}

export function asArray<T>(value: OneOrMany<T> | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

const MEMBERS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];
const TEXT_CHARS_MAX = 2_048;
/** `${key}`, `${key, 'default'}`, and `${*}`, `${?}`, `${$}` for the characters themselves. */
const VARIABLE = /^\$\{([*?$]|[A-Za-z0-9-]+:[\w.\-/:=+@]+(, *'[^'{}]*')?)\}/;

class PolicyCheck {
  private readonly problems: PolicyProblem[] = [];
  private readonly sids = new Set<string>();
  private variables = false;

  constructor(
    private readonly kind: PolicyKind,
    private readonly use: 'kept' | 'once',
  ) {}

  document(input: unknown): PolicyProblem[] {
    const document = asObject(input);
    if (document === null) return [{ path: [], message: 'must be a policy document: { "Version", "Statement" }' }];
    if (JSON.stringify(document).length > LIMITS.policyBytesMax)
      return [{ path: [], message: `is over ${LIMITS.policyBytesMax} characters of JSON` }];
    this.members(document, ['Version', 'Id', 'Statement'], [], 'a policy document');
    const version = document['Version'];
    if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17')
      this.problem(['Version'], 'must be "2012-10-17" (or "2008-10-17")');
    this.variables = version === '2012-10-17';
    if (document['Id'] !== undefined && typeof document['Id'] !== 'string') this.problem(['Id'], 'must be a string');
    const statements = document['Statement'];
    if (Array.isArray(statements)) {
      if (statements.length === 0) this.problem(['Statement'], 'must have at least one statement');
      statements.forEach((statement, index) => this.statement(statement, ['Statement', index]));
    } else this.statement(statements, ['Statement']);
    return this.problems;
  }

  private statement(input: unknown, at: PolicyProblem['path']): void {
    const statement = asObject(input);
    if (statement === null) return this.problem(at, 'must be a statement: { "Effect", "Action", "Resource" }');
    this.members(statement, MEMBERS, at, 'a statement');
    const { Sid: sid, Effect: effect } = statement;
    if (sid !== undefined && !(typeof sid === 'string' && /^[A-Za-z0-9 _-]{0,128}$/.test(sid)))
      this.problem([...at, 'Sid'], 'must be at most 128 letters, digits, spaces, "-" or "_"');
    else if (this.use === 'kept' && typeof sid === 'string' && sid !== '') {
      if (this.sids.has(sid)) this.problem([...at, 'Sid'], 'is the Sid of another statement: each names one');
      this.sids.add(sid);
    }
    if (effect !== 'Allow' && effect !== 'Deny') this.problem([...at, 'Effect'], 'must be "Allow" or "Deny"');
    this.exactlyOne(statement, 'Action', at, (text) => this.action(text));
    this.exactlyOne(statement, 'Resource', at, (text) => this.resource(text));
    this.principal(statement, at);
    if (statement['Condition'] !== undefined) this.condition(statement['Condition'], [...at, 'Condition']);
  }

  /** `name` or `Not…name`, one of them and not both. */
  private exactlyOne(
    statement: Record<string, unknown>,
    name: 'Action' | 'Resource',
    at: PolicyProblem['path'],
    check: (text: string) => string | null,
  ): void {
    const [has, hasNot] = [statement[name] !== undefined, statement[`Not${name}`] !== undefined];
    if (has === hasNot) return this.problem([...at, name], `must be there, or Not${name}, and not both`);
    this.texts(statement[has ? name : `Not${name}`], [...at, has ? name : `Not${name}`], check);
  }

  private action(text: string): string | null {
    return text === '*' || /^[A-Za-z0-9-]+:[A-Za-z0-9*?]+$/.test(text)
      ? null
      : 'must be "*" or service:Action, such as "execute-api:Invoke" or "sluice:Get*"';
  }

  private resource(text: string): string | null {
    if (text !== '*' && !text.startsWith('arn:') && !(this.kind === 'resource' && text.startsWith('execute-api:/')))
      return this.kind === 'resource'
        ? 'must be "*", an ARN, or "execute-api:/stage/METHOD/path"'
        : 'must be "*" or an ARN, such as "arn:aws:execute-api:*:*:shop/*"';
    // What is authorized is the canonical path, in which the escapes that stay are in capitals.
    if (this.use === 'kept' && text.includes('execute-api:') && /%(?:[0-9A-F?*]?[a-f]|[a-f])/.test(text))
      return 'must have escapes in capitals, such as "%3A": that is how paths are compared';
    return this.variables ? variableProblem(text) : null;
  }

  private principal(statement: Record<string, unknown>, at: PolicyProblem['path']): void {
    const [has, hasNot] = [statement['Principal'] !== undefined, statement['NotPrincipal'] !== undefined];
    if (this.kind === 'identity') {
      if (has || hasNot)
        this.problem([...at, has ? 'Principal' : 'NotPrincipal'], 'has no place in a policy of a user or group');
      return;
    }
    if (has === hasNot) return this.problem([...at, 'Principal'], 'must be there, or NotPrincipal, and not both');
    if (hasNot && statement['Effect'] === 'Allow')
      this.problem([...at, 'NotPrincipal'], 'goes with "Effect": "Deny" only; name in Principal whom you allow');
    const name = has ? 'Principal' : 'NotPrincipal';
    const value = statement[name];
    if (value === '*') return;
    const kinds = asObject(value);
    if (kinds === null || Object.keys(kinds).length === 0)
      return this.problem([...at, name], 'must be "*" or { "AWS": … }');
    for (const [key, texts] of Object.entries(kinds)) {
      if (key !== 'AWS') this.problem([...at, name, key], 'is not a kind of principal there is here; use "AWS"');
      else this.texts(texts, [...at, name, key], principalProblem);
    }
  }

  private condition(input: unknown, at: PolicyProblem['path']): void {
    const operators = asObject(input);
    if (operators === null) return this.problem(at, 'must be an object of condition operators');
    for (const [name, keys] of Object.entries(operators)) {
      const operator = parseConditionOperator(name);
      const pairs = asObject(keys);
      if (operator === null) this.problem([...at, name], 'is not a condition operator');
      else if (pairs === null) this.problem([...at, name], 'must be an object of condition keys and values');
      else {
        const problemOf = (text: string): string | null =>
          (this.variables && TAKES_VARIABLES.has(operator.kind) ? variableProblem(text) : null) ??
          conditionValueProblem(operator.kind, text);
        for (const [key, values] of Object.entries(pairs)) {
          if (!/^[A-Za-z0-9-]+:[\w.\-/:=+@]+$/.test(key))
            this.problem([...at, name, key], 'must be a condition key such as "aws:SourceIp"');
          this.texts(values, [...at, name, key], problemOf, true);
        }
      }
    }
  }

  private texts(
    value: unknown,
    at: PolicyProblem['path'],
    problemOf: (text: string) => string | null,
    scalars = false,
  ): void {
    const list = Array.isArray(value) ? (value as unknown[]) : [value];
    if (list.length === 0) return this.problem(at, 'must have at least one value');
    list.forEach((entry, index) => {
      const place = Array.isArray(value) ? [...at, index] : at;
      const isText =
        typeof entry === 'string' || (scalars && (typeof entry === 'number' || typeof entry === 'boolean'));
      const problem = !isText
        ? 'must be a string'
        : String(entry).length > TEXT_CHARS_MAX
          ? `is over ${TEXT_CHARS_MAX} characters`
          : problemOf(String(entry));
      if (problem !== null) this.problem(place, problem);
    });
  }

  private members(
    object: Record<string, unknown>,
    known: readonly string[],
    at: PolicyProblem['path'],
    what: string,
  ): void {
    for (const name of Object.keys(object)) {
      if (!known.includes(name)) this.problem([...at, name], `is not a part of ${what}: ${known.join(', ')}`);
    }
  }

  private problem(path: PolicyProblem['path'], message: string): void {
    this.problems.push({ path, message });
  }
}

/** Elsewhere `${…}` is plain text. */
const TAKES_VARIABLES: ReadonlySet<string> = new Set(['text', 'pattern', 'arn']);

function variableProblem(text: string): string | null {
  for (let at = text.indexOf('${'); at >= 0; at = text.indexOf('${', at + 2)) {
    if (!VARIABLE.test(text.slice(at)))
      return 'has a "${" that begins no policy variable such as ${aws:username}; write ${$}{ for the characters';
  }
  return null;
}

/** AWS takes no patterns here: a condition on aws:PrincipalArn does. */
function principalProblem(text: string): string | null {
  if (text === '*' || /^\d{12}$/.test(text) || /^arn:aws:iam::\d{12}:(root|user\/[\w+=,.@-]{1,64})$/.test(text))
    return null;
  if (/^arn:aws:iam::\d{12}:group\//.test(text)) return 'a group cannot be a principal; name its users';
  return 'must be "*", an account id, or the ARN of a user such as "arn:aws:iam::000000000000:user/ann"';
}

function asObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}
