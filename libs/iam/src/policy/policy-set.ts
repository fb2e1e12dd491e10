import { asArray, type PolicyDocument } from '@sluice/contracts';
import { compileStatement, type PolicyRequest, type Statement, type StatementOptions } from './statement';

/** AWS's words for how policies decide. */
export type Verdict = 'allowed' | 'explicitDeny' | 'implicitDeny';

/** A document ready to be asked. `name` says where it came from, for who asks why. */
export interface Policy {
  readonly name: string;
  readonly statements: readonly Statement[];
}

export interface MatchedStatement {
  readonly policy: string;
  readonly sid: string | null;
  /** Its place in the document. */
  readonly statement: number;
  readonly effect: 'Allow' | 'Deny';
}

/** Compiles a document that is known to be valid (`policyProblems` of @sluice/contracts finds nothing). */
export function compilePolicy(
  document: PolicyDocument,
  options: { readonly name?: string } & Pick<StatementOptions, 'resourceArn'> = {},
): Policy {
  const { name = '', ...rest } = options;
  const variables = document.Version === '2012-10-17';
  const statements = asArray(document.Statement).map((statement, index) =>
    compileStatement(statement, index, { variables, ...rest }),
  );
  return { name, statements };
}

interface Origin {
  readonly policy: Policy;
  readonly statement: Statement;
}

/**
 * Policies that are asked together, such as all of one user's. An explicit Deny wins over every Allow, and what nobody allows is
 * denied. The statements that concern an action are found once, and remembered.
 */
export class PolicySet {
  private readonly origins: readonly Origin[];
  private readonly byAction = new Map<string, readonly Origin[]>();

  constructor(policies: readonly Policy[]) {
    const all = policies.flatMap((policy) => policy.statements.map((statement) => ({ policy, statement })));
    // Deny first: a denial ends the search, an Allow does not.
    const denies = all.filter(({ statement }) => statement.effect === 'Deny');
    this.origins = [...denies, ...all.filter(({ statement }) => statement.effect === 'Allow')];
  }

  verdict(request: PolicyRequest): Verdict {
    for (const { statement } of this.concerning(request.action)) {
      if (statement.applies(request)) return statement.effect === 'Deny' ? 'explicitDeny' : 'allowed';
    }
    return 'implicitDeny';
  }

  /** Every statement that applies, denials first. */
  matches(request: PolicyRequest): MatchedStatement[] {
    return this.concerning(request.action)
      .filter(({ statement }) => statement.applies(request))
      .map(({ policy, statement }) => ({
        policy: policy.name,
        sid: statement.sid,
        statement: statement.index,
        effect: statement.effect,
      }));
  }

  private concerning(action: string): readonly Origin[] {
    const known = this.byAction.get(action);
    if (known !== undefined) return known;
    const found = this.origins.filter(({ statement }) => statement.concernsAction(action));
    if (this.byAction.size < ACTIONS_REMEMBERED_MAX) this.byAction.set(action, found);
    return found;
  }
}

/** More than there are; a simulation may ask about any text. */
const ACTIONS_REMEMBERED_MAX = 256;

/** Within one account either the principal's policies or the resource's may allow; a Deny of either wins. */
export function eitherAllows(identity: Verdict, resource: Verdict): Verdict {
  if (identity === 'explicitDeny' || resource === 'explicitDeny') return 'explicitDeny';
  return identity === 'allowed' || resource === 'allowed' ? 'allowed' : 'implicitDeny';
}
