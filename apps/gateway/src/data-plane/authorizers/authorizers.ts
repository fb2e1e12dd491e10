import { type JwtAuthorizer } from '@sluice/contracts';
import { type EgressClient } from '@sluice/egress';
import { DecisionCache } from './function/decision-cache';
import { IssuerKeys } from './jwt/issuer-keys';
import { JwtAuthority } from './jwt/jwt-authority';
import { RecentlyUsed } from './recently-used';

export interface AuthorizersOptions {
  readonly egress: EgressClient;
  /** Monotonic. */
  readonly nowMs: () => number;
  readonly nowEpochMs: () => number;
  readonly onError: (message: string, error: unknown) => void;
}

/** More than these are still served by the routes that have them; only new deployments begin with nothing. */
const AUTHORITIES_MAX = 1_000;

/** What the authorizers of all routes have in common: kept decisions, issuers' keys, verified tokens. A new deployment finds them as they are. */
export class Authorizers {
  readonly decisions: DecisionCache;
  private readonly authorities = new RecentlyUsed<JwtAuthority>(AUTHORITIES_MAX);
  private readonly issuers = new RecentlyUsed<IssuerKeys>(AUTHORITIES_MAX);

  constructor(private readonly options: AuthorizersOptions) {
    this.decisions = new DecisionCache(options.nowMs);
  }

  /** The same one for the same settings. */
  jwt(settings: JwtAuthorizer): JwtAuthority {
    const { issuer, jwksUri, audience, algorithms, clockSkewSeconds } = settings;
    const key = JSON.stringify([issuer, jwksUri, audience, algorithms, clockSkewSeconds]);
    return this.authorities.getOr(
      key,
      () => new JwtAuthority(settings, this.keysOf(settings), this.options.nowEpochMs),
    );
  }

  private keysOf({ issuer, jwksUri }: JwtAuthorizer): IssuerKeys {
    const { egress, nowMs, onError } = this.options;
    return this.issuers.getOr(
      JSON.stringify([issuer, jwksUri]),
      () => new IssuerKeys({ egress, issuer, jwksUri, nowMs, onError }),
    );
  }
}
