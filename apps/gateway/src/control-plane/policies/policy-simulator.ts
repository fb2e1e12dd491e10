import {
  parseInput,
  policySimulation,
  SluiceError,
  userArn,
  type PolicyDocument,
  type UserRecord,
} from '@sluice/contracts';
import {
  authorize,
  compilePolicy,
  conditionContext,
  PolicySet,
  ROOT_ARN,
  type IdentityDirectory,
  type MatchedStatement,
  type Principal,
  type Verdict,
} from '@sluice/iam';
import { type UserService } from '../users/user-service';

export interface SimulatedDecision {
  readonly action: string;
  readonly resource: string;
  readonly decision: Verdict;
  /** Every statement that applies; a Deny among them decides, else an Allow. */
  readonly matchedStatements: readonly MatchedStatement[];
}

/** Answers what policies decide, without anything being done. */
export class PolicySimulator {
  constructor(private readonly options: { readonly users: UserService; readonly identities: IdentityDirectory }) {}

  /** @throws SluiceError VALIDATION_FAILED · USER_NOT_FOUND */
  simulate(input: unknown): SimulatedDecision[] {
    const {
      principal: named,
      policies,
      resourcePolicy,
      actions,
      resources,
      context,
    } = parseInput(policySimulation, input, 'The simulation');
    const principal = this.principal(named, policies);
    const resourcePolicies =
      resourcePolicy === undefined ? null : new PolicySet([compilePolicy(resourcePolicy, { name: 'resourcePolicy' })]);
    const conditions = conditionContext({ ...conditionsOf(principal), ...context });
    return actions.flatMap((action) =>
      resources.map((resource) => {
        const request = { action, resource, context: conditions, principalArn: principal?.arn ?? null };
        return {
          action,
          resource,
          decision: authorize({ ...request, principal, resourcePolicy: resourcePolicies }),
          matchedStatements: [
            ...(principal?.policies?.matches(request) ?? []),
            ...(resourcePolicies?.matches(request) ?? []),
          ],
        };
      }),
    );
  }

  /** Whom the questions are about; somebody without a name where only policies are given. */
  private principal(named: string | undefined, given: readonly PolicyDocument[] | undefined): Principal | null {
    const policies =
      given === undefined
        ? null
        : new PolicySet(given.map((document, index) => compilePolicy(document, { name: `policies[${index}]` })));
    if (named === undefined) return policies === null ? null : principalOf(null, policies);
    if (named === 'root' || named === ROOT_ARN) return { ...principalOf(null, policies), kind: 'root', arn: ROOT_ARN };
    const user = this.options.users.get(nameOf(named));
    return principalOf(user, policies ?? this.options.identities.policiesOf(user));
  }
}

function nameOf(named: string): string {
  const prefix = userArn('');
  if (named.startsWith(prefix)) return named.slice(prefix.length);
  if (!named.startsWith('arn:')) return named.replace(/^user\//, '');
  throw new SluiceError('VALIDATION_FAILED', 'The simulation is not valid: principal must be root or a user.', {
    details: [{ path: 'principal', message: `must be "root", a user's name or its ARN ${prefix}NAME` }],
  });
}

function principalOf(user: UserRecord | null, policies: PolicySet | null): Principal {
  return {
    kind: 'user',
    accessKeyId: '',
    arn: user === null ? '' : userArn(user.name),
    userId: user?.userId ?? '',
    userName: user?.name ?? null,
    policies,
  };
}

/** What every request of that principal would say; the simulation's own `context` comes over it. */
function conditionsOf(principal: Principal | null): Record<string, string> {
  return {
    'aws:CurrentTime': new Date().toISOString(),
    'aws:EpochTime': String(Math.floor(Date.now() / 1_000)),
    ...(principal === null || principal.arn === '' ? {} : { 'aws:PrincipalArn': principal.arn }),
    ...(principal?.userName ? { 'aws:username': principal.userName, 'aws:userid': principal.userId } : {}),
  };
}
