import { ACCOUNT_ID } from '@sluice/contracts';
import { type Principal } from '@sluice/iam';
import { type CallerIdentity, type RequestAuthorization } from '../request-authorization';
import { type Routed } from '../request-context';
import { type RouteAccess } from './route-access';

/** What events say of a principal; the same for all of its requests. */
interface Caller {
  readonly identity: CallerIdentity;
  readonly authorizerV2: string;
  readonly cacheIdentity: string;
}

const callers = new WeakMap<Principal, Caller>();

/** A request signed by a principal that policies let in. */
export class IamAuthorization implements RequestAuthorization {
  readonly kind = 'iam';
  /** Format 1.0 has the caller in `requestContext.identity`. */
  readonly authorizerV1 = '';
  readonly usageIdentifierKey = '';
  private readonly caller: Caller;

  constructor(
    private readonly principal: Principal,
    private readonly context: Routed,
    private readonly access: RouteAccess,
  ) {
    this.caller = callerOf(principal);
  }

  get principalId(): string {
    return this.principal.arn;
  }

  get cacheIdentity(): string {
    return this.caller.cacheIdentity;
  }

  get authorizerV2(): string {
    return this.caller.authorizerV2;
  }

  get identity(): CallerIdentity {
    return this.caller.identity;
  }

  /** Asked only by a request that wants an entry replaced. */
  get mayInvalidateCache(): boolean {
    return this.access.mayInvalidateCache(this.context, this.principal);
  }
}

function callerOf(principal: Principal): Caller {
  const known = callers.get(principal);
  if (known !== undefined) return known;
  const { accessKeyId: accessKey, arn: userArn, userId } = principal;
  const caller = {
    identity: { accessKey, accountId: ACCOUNT_ID, caller: userId, user: userId, userArn },
    authorizerV2: JSON.stringify({
      iam: {
        accessKey,
        accountId: ACCOUNT_ID,
        callerId: userId,
        cognitoIdentity: null,
        principalOrgId: null,
        userArn,
        userId,
      },
    }),
    cacheIdentity: `iam:${userArn}`,
  };
  callers.set(principal, caller);
  return caller;
}
