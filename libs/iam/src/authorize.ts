import { type ConditionContext } from './policy/condition-context';
import { eitherAllows, type PolicySet, type Verdict } from './policy/policy-set';
import { type Principal } from './principal';

export interface AuthorizationRequest {
  /** null = the request is not signed: only a resource policy can allow it. */
  readonly principal: Principal | null;
  /** `sluice:PutFunction`, `execute-api:Invoke` … */
  readonly action: string;
  readonly resource: string;
  readonly context: ConditionContext;
  /** Of the API or function that is asked for; null = it has none. */
  readonly resourcePolicy: PolicySet | null;
}

/**
 * Whether a principal may do something (IAM User Guide, "Policy evaluation logic", one account): its own policies or the resource's
 * must allow it, and neither may deny it. Root needs no policy of its own.
 */
export function authorize({ principal, action, resource, context, resourcePolicy }: AuthorizationRequest): Verdict {
  const request = { action, resource, principalArn: principal?.arn ?? null, context };
  const byIdentity = principal === null ? 'implicitDeny' : (principal.policies?.verdict(request) ?? 'allowed');
  return resourcePolicy === null ? byIdentity : eitherAllows(byIdentity, resourcePolicy.verdict(request));
}
