import { asArray, type PolicyPrincipal, type PolicyStatement } from '@sluice/contracts';
import { compileConditions, type Condition } from './condition';
import { type ConditionContext } from './condition-context';
import { compilePattern, type TextPattern } from './text-pattern';

/** What is asked of policies: may this principal do this to that, now? */
export interface PolicyRequest {
  /** `service:Action`. */
  readonly action: string;
  readonly resource: string;
  /** null = nobody in particular: the request is not signed. */
  readonly principalArn: string | null;
  readonly context: ConditionContext;
}

/** A statement with everything prepared that does not change from request to request. */
export interface Statement {
  readonly sid: string | null;
  /** Its place in the document. */
  readonly index: number;
  readonly effect: 'Allow' | 'Deny';
  concernsAction(action: string): boolean;
  /** Whether it applies to a request whose action it concerns. */
  applies(request: PolicyRequest): boolean;
}

export interface StatementOptions {
  /** Version 2012-10-17. */
  readonly variables: boolean;
  /** Resource policies: the ARN a short form such as `execute-api:/prod/GET/*` stands for. */
  readonly resourceArn?: (resource: string) => string;
}

const NO_CONTEXT: ConditionContext = { value: () => undefined };

/**
 * Compiles a statement of a valid document. Actions do not tell capital letters from small ones, resources do.
 * A variable that has no value matches nothing; an Allow that needs it does not apply at all, so that neither NotResource nor
 * StringNotEquals gives away what the writer meant to bound.
 */
export function compileStatement(statement: PolicyStatement, index: number, options: StatementOptions): Statement {
  const { Effect: effect, Sid: sid } = statement;
  const actions = asArray(statement.Action ?? statement.NotAction).map((text) =>
    compilePattern(text, { wildcards: true, variables: false, ignoreCase: true }),
  );
  const actionWanted = statement.Action !== undefined;
  const resourceArn = options.resourceArn ?? ((resource: string) => resource);
  const resources = asArray(statement.Resource ?? statement.NotResource).map((text) =>
    compilePattern(resourceArn(text), { wildcards: true, variables: options.variables }),
  );
  const resourceWanted = statement.Resource !== undefined;
  const conditions = compileConditions(statement.Condition, options.variables);
  const concernsPrincipal = compilePrincipal(statement);
  const needed = effect === 'Deny' ? [] : variablesOf(resources, conditions);
  return {
    sid: sid ?? null,
    index,
    effect,
    concernsAction: (action) => actions.some((pattern) => pattern.matches(action, NO_CONTEXT)) === actionWanted,
    applies: ({ resource, principalArn, context }) =>
      (concernsPrincipal === null || concernsPrincipal(principalArn)) &&
      resources.some((pattern) => pattern.matches(resource, context)) === resourceWanted &&
      needed.every((key) => typeof context.value(key) === 'string') &&
      conditions.every((condition) => condition.holds(context)),
  };
}

function variablesOf(resources: readonly TextPattern[], conditions: readonly Condition[]): string[] {
  return [...new Set([...resources, ...conditions].flatMap(({ variables }) => variables))];
}

/** null = a policy of a user or group, which is about whoever has it. */
function compilePrincipal(statement: PolicyStatement): ((principalArn: string | null) => boolean) | null {
  const { Principal: principal, NotPrincipal: notPrincipal, Effect: effect } = statement;
  if (principal !== undefined) return principalTest(principal, effect);
  if (notPrincipal === undefined) return null;
  const isNamed = principalTest(notPrincipal, 'Deny');
  return (principalArn) => !isNamed(principalArn);
}

/**
 * An account in an Allow leaves it to the policies of its users, so it lets in root only; in a Deny it is everybody of the account
 * (IAM User Guide, "AWS JSON policy elements: Principal").
 */
function principalTest(principal: PolicyPrincipal, effect: 'Allow' | 'Deny'): (principalArn: string | null) => boolean {
  const names = principal === '*' ? ['*'] : asArray(principal['AWS']);
  if (names.includes('*')) return () => true;
  const arns = new Set(names.map((name) => (/^\d{12}$/.test(name) ? `arn:aws:iam::${name}:root` : name)));
  return (principalArn) =>
    principalArn !== null &&
    (arns.has(principalArn) ||
      (effect === 'Deny' && arns.has(principalArn.replace(/^(arn:aws:iam::\d{12}:).*$/, '$1root'))));
}
