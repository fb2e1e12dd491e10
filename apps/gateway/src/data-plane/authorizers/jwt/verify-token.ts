import { LIMITS, type JwtAuthorizer } from '@sluice/contracts';
import { compactVerify, decodeProtectedHeader, errors } from 'jose';
import { type IssuerKeys } from './issuer-keys';

/** A token that must not be accepted, and why, in words for its sender. */
export class TokenRefused extends Error {}

export type Claims = Readonly<Record<string, unknown>>;

export interface VerifiedToken {
  readonly claims: Claims;
  /** `scope` and `scp` together. */
  readonly scopes: readonly string[];
  /** NumericDate of the claim exp. */
  readonly expiresAtSeconds: number;
  /** Of the issuer's keys. */
  readonly generation: number;
}

/** What signs with a private key. Never `none`, never HS*: a public key is no secret. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;

/**
 * Verifies a JSON Web Token (RFC 7519, RFC 8725) in AWS's order: kid, signature, iss, aud or client_id, exp, nbf, iat.
 * The key is the one of the issuer's set that the token's `kid` names and no other: `jwk`, `jku`, `x5u` and `x5c` are not looked at,
 * and a token with critical extensions (`crit`) is refused, since none is understood.
 * @throws TokenRefused · SluiceError AUTHORIZER_FAILURE where the issuer's keys cannot be had
 */
export async function verifyToken(
  token: string,
  settings: JwtAuthorizer,
  keys: IssuerKeys,
  nowSeconds: number,
): Promise<VerifiedToken> {
  const keyId = checkHeader(token, settings);
  const { find, generation } = await keys.keysFor(keyId);
  const { payload } = await compactVerify(token, find, {
    algorithms: [...(settings.algorithms ?? ALGORITHMS)],
  }).catch(refuseSignature);
  const claims = parseClaims(payload);
  const expiresAtSeconds = checkClaims(claims, settings, nowSeconds);
  return { claims, scopes: scopesOf(claims), expiresAtSeconds, generation };
}

function checkHeader(token: string, settings: JwtAuthorizer): string {
  if (token.length > LIMITS.jwtBytesMax) throw new TokenRefused(`the token is over ${LIMITS.jwtBytesMax} bytes`);
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) throw new TokenRefused('the token is not three parts of base64url');
  let header: Record<string, unknown>;
  try {
    header = decodeProtectedHeader(token);
  } catch {
    throw new TokenRefused('the header of the token is no JSON object');
  }
  const { alg, kid, crit } = header;
  const accepted: readonly unknown[] = settings.algorithms ?? ALGORITHMS;
  if (!accepted.includes(alg)) throw new TokenRefused('the signing algorithm of the token is not accepted');
  if (crit !== undefined) throw new TokenRefused('the token has critical extensions');
  if (typeof kid !== 'string' || kid === '') throw new TokenRefused('the token has no key id');
  return kid;
}

function refuseSignature(error: unknown): never {
  if (error instanceof errors.JWKSNoMatchingKey) throw new TokenRefused("the issuer has no key of the token's key id");
  throw new TokenRefused('the signature of the token is not valid');
}

function parseClaims(payload: Uint8Array): Claims {
  let claims: unknown;
  try {
    claims = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    throw new TokenRefused('the claims of the token are no JSON');
  }
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims))
    throw new TokenRefused('the claims of the token are no JSON object');
  return claims as Claims;
}

/** Returns the claim exp. */
function checkClaims(claims: Claims, settings: JwtAuthorizer, nowSeconds: number): number {
  const { iss, exp, nbf, iat } = claims;
  const { issuer, audience, clockSkewSeconds } = settings;
  if (iss !== issuer) throw new TokenRefused('the token does not have a valid issuer');
  if (!audienceOf(claims).some((name) => audience.includes(name)))
    throw new TokenRefused('the token does not have a valid audience');
  if (!isDate(exp)) throw new TokenRefused('the token has no expiry time');
  if (nowSeconds >= exp + clockSkewSeconds) throw new TokenRefused('the token has expired');
  for (const [name, date] of Object.entries({ nbf, iat })) {
    if (date === undefined) continue;
    if (!isDate(date)) throw new TokenRefused(`the claim ${name} of the token is no date`);
    if (nowSeconds < date - clockSkewSeconds)
      throw new TokenRefused(name === 'nbf' ? 'the token is not valid yet' : 'the token was issued in the future');
  }
  return exp;
}

/** `client_id` counts only where there is no `aud` (Amazon Cognito's access tokens). */
function audienceOf({ aud, client_id: clientId }: Claims): readonly string[] {
  const names = aud === undefined ? clientId : aud;
  const list: readonly unknown[] = Array.isArray(names) ? names : [names];
  return list.every((name) => typeof name === 'string') ? list : [];
}

function scopesOf({ scope, scp }: Claims): string[] {
  return [scope, scp].flatMap((value) => {
    if (typeof value === 'string') return value.split(' ').filter((name) => name !== '');
    return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
  });
}

function isDate(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
