import { hash } from 'node:crypto';
import { LIMITS, type JwtAuthorizer } from '@sluice/contracts';
import { type RequestAuthorization } from '../../request-authorization';
import { RecentlyUsed } from '../recently-used';
import { claimsJson } from './claims-json';
import { type IssuerKeys } from './issuer-keys';
import { verifyToken, type VerifiedToken } from './verify-token';

/** A caller whose token was verified. */
export interface TokenHolder {
  readonly authorization: RequestAuthorization;
  readonly scopes: readonly string[];
  readonly expiresAtSeconds: number;
  /** Of the issuer's keys it was verified under. */
  readonly generation: number;
}

/** Claims are kept as text for both formats of events. */
const BYTES_PER_CHAR = 4;

/** One JWT authorizer, shared by everything that declares the same. Tokens it has verified are known by their hash until they expire. */
export class JwtAuthority {
  private readonly holders = new RecentlyUsed<TokenHolder>(
    LIMITS.jwtVerifiedTokensMax,
    LIMITS.jwtVerifiedTokenBytesMax,
  );

  constructor(
    private readonly settings: JwtAuthorizer,
    private readonly keys: IssuerKeys,
    private readonly nowEpochMs: () => number,
  ) {}

  /** The holder of a token that was verified before and still is what it was, without verifying it again. */
  known(token: string): TokenHolder | null {
    const key = hash('sha256', token, 'base64url');
    const holder = this.holders.get(key);
    if (holder === undefined) return null;
    this.keys.refreshIfOld();
    const expired = this.nowEpochMs() / 1_000 >= holder.expiresAtSeconds + this.settings.clockSkewSeconds;
    if (!expired && holder.generation === this.keys.generation) return holder;
    this.holders.delete(key);
    return null;
  }

  /** @throws TokenRefused · SluiceError AUTHORIZER_FAILURE */
  async verify(token: string): Promise<TokenHolder> {
    const verified = await verifyToken(token, this.settings, this.keys, this.nowEpochMs() / 1_000);
    const tokenHash = hash('sha256', token, 'base64url');
    const holder = holderOf(verified, tokenHash);
    this.holders.set(tokenHash, holder, BYTES_PER_CHAR * holder.authorization.authorizerV2.length);
    return holder;
  }
}

/**
 * Answers are cached per token, not per subject: two tokens of one subject may differ in scopes and claims, and so may what
 * a function answers to them.
 */
function holderOf({ claims, scopes, expiresAtSeconds, generation }: VerifiedToken, tokenHash: string): TokenHolder {
  const scopesJson = scopes.length === 0 ? 'null' : JSON.stringify(scopes);
  const json = `{"claims":${claimsJson(claims)},"scopes":${scopesJson}}`;
  return {
    authorization: {
      kind: 'jwt',
      principalId: typeof claims['sub'] === 'string' ? claims['sub'] : '',
      cacheIdentity: `jwt:${tokenHash}`,
      authorizerV1: json,
      authorizerV2: `{"jwt":${json}}`,
      identity: null,
      usageIdentifierKey: '',
      mayInvalidateCache: false,
    },
    scopes,
    expiresAtSeconds,
    generation,
  };
}
