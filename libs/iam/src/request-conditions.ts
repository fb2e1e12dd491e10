import { type ConditionContext } from './policy/condition-context';
import { type Principal } from './principal';

/** What a request says of itself, whichever listener it came in by. */
export interface RequestFacts {
  readonly principal: Principal | null;
  /** The client's address: the peer's, or what a trusted proxy says. */
  readonly sourceIp: string;
  readonly userAgent: string;
  /** '' = none was sent. */
  readonly referer: string;
  readonly secureTransport: boolean;
  readonly epochMs: number;
}

/**
 * The global condition keys (IAM User Guide, "AWS global condition context keys") that mean something here. Values are made when a
 * policy asks for them, which most do not. `more` adds keys of one service, in lower case.
 */
export class RequestConditions implements ConditionContext {
  constructor(
    private readonly facts: RequestFacts,
    private readonly more: Readonly<Record<string, string>> = NO_MORE,
  ) {}

  value(lowerCaseKey: string): string | undefined {
    const { principal, sourceIp, userAgent, referer, secureTransport, epochMs } = this.facts;
    switch (lowerCaseKey) {
      case 'aws:sourceip':
        return sourceIp;
      case 'aws:currenttime':
        return new Date(epochMs).toISOString();
      case 'aws:epochtime':
        return String(Math.floor(epochMs / 1_000));
      case 'aws:securetransport':
        return String(secureTransport);
      case 'aws:useragent':
        return userAgent === '' ? undefined : userAgent;
      case 'aws:referer':
        return referer === '' ? undefined : referer;
      case 'aws:username':
        return principal?.userName ?? undefined;
      case 'aws:userid':
        return principal?.userId;
      case 'aws:principalarn':
        return principal?.arn;
      case 'aws:principalaccount':
        return principal === null ? undefined : principal.arn.split(':')[4];
      case 'aws:principaltype':
        return principal === null ? 'Anonymous' : principal.kind === 'root' ? 'Account' : 'User';
      default:
        return Object.hasOwn(this.more, lowerCaseKey) ? this.more[lowerCaseKey] : undefined;
    }
  }
}

const NO_MORE: Readonly<Record<string, string>> = {};
