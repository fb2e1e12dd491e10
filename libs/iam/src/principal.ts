import { ACCOUNT_ID } from '@sluice/contracts';
import { type PolicySet } from './policy/policy-set';

/** Who makes a request: all that anything after authentication knows about the caller. */
export interface Principal {
  readonly kind: 'root' | 'user';
  readonly accessKeyId: string;
  readonly arn: string;
  /** AWS's "caller": the id of the user, or of the account for root. */
  readonly userId: string;
  /** What `aws:username` says; root has no user name. */
  readonly userName: string | null;
  /** The user's own policies and those of its groups; null = root, who may do everything that no resource policy denies. */
  readonly policies: PolicySet | null;
}

export const ROOT_ARN = `arn:aws:iam::${ACCOUNT_ID}:root`;
