import { timingSafeEqual } from 'node:crypto';
import { canonicalRequests } from './canonical-request';
import { type ParsedAuthorization } from './parse-authorization';
import { type SignableRequest } from './signable-request';
import { SignatureError } from './signature-error';
import { deriveSigningKey, hmacSha256, type SigningKeyCache } from './signing-key';
import { stringToSign } from './string-to-sign';

/** SHA-256 of a request without a body. */
export const EMPTY_BODY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
/** AWS allows five minutes either way. */
export const SKEW_MS_DEFAULT = 300_000;
export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

export interface VerifyOptions {
  readonly nowMs: number;
  /** Services a scope may name; any region is accepted. */
  readonly services: readonly string[];
  readonly skewMs?: number;
  /** Accept `x-amz-content-sha256: UNSIGNED-PAYLOAD`: the signature then says nothing about the body. Default false. */
  readonly allowUnsignedPayload?: boolean;
  readonly normalizePath?: boolean;
  readonly signingKeys?: SigningKeyCache;
}

/**
 * Returns when the holder of `secretAccessKey` signed this very request, else throws.
 *
 * `bodySha256Hex` is the hash of the body as received; null says that the body was not read yet, which needs
 * `contentSha256`: the caller then owes a `verifyBodyHash` before anything acts on the body.
 * For an unknown access key pass a dummy secret: the same work is done and the same error thrown as for a wrong one.
 *
 * @throws SignatureError wrong-scope · skewed · expired · payload-mismatch · mismatch · malformed
 */
export function verifySignature(
  request: SignableRequest,
  authorization: ParsedAuthorization,
  secretAccessKey: string,
  bodySha256Hex: string | null,
  options: VerifyOptions,
): void {
  const { scope, amzDate, signedHeaders } = authorization;
  if (!options.services.includes(scope.service)) {
    throw new SignatureError('wrong-scope', `The credential scope must name one of: ${options.services.join(', ')}.`);
  }
  verifyTime(authorization, options.nowMs, options.skewMs ?? SKEW_MS_DEFAULT);
  const payloadHash = signedPayloadHash(authorization, bodySha256Hex, options.allowUnsignedPayload ?? false);

  const key = options.signingKeys?.get(secretAccessKey, scope) ?? deriveSigningKey(secretAccessKey, scope);
  const claimed = Buffer.from(authorization.signature, 'hex');
  const normalizePath = options.normalizePath ?? false;
  for (const canonicalRequest of canonicalRequests(request, { signedHeaders, payloadHash, normalizePath })) {
    if (timingSafeEqual(hmacSha256(key, stringToSign(amzDate, scope, canonicalRequest)), claimed)) return;
  }
  throw new SignatureError('mismatch', 'The access key is unknown, or the signature does not match the request.');
}

/** Compares the body with the hash that was signed; for requests verified before their body was read. */
export function verifyBodyHash(authorization: ParsedAuthorization, bodySha256Hex: string): void {
  const { contentSha256 } = authorization;
  if (contentSha256 !== null && contentSha256 !== UNSIGNED_PAYLOAD && contentSha256 !== bodySha256Hex) {
    throw new SignatureError('payload-mismatch', 'x-amz-content-sha256 is not the hash of the body.');
  }
}

function verifyTime({ amzDateMs, expiresSeconds }: ParsedAuthorization, nowMs: number, skewMs: number): void {
  if (amzDateMs > nowMs + skewMs || (expiresSeconds === null && amzDateMs < nowMs - skewMs)) {
    throw new SignatureError(
      'skewed',
      `The signing time is more than ${skewMs / 1000} s away from the server's clock.`,
    );
  }
  if (expiresSeconds !== null && nowMs >= amzDateMs + expiresSeconds * 1000) {
    throw new SignatureError('expired', 'The presigned URL has expired.');
  }
}

/** The last line of the canonical request. */
function signedPayloadHash(
  authorization: ParsedAuthorization,
  bodySha256Hex: string | null,
  allowUnsignedPayload: boolean,
): string {
  const { contentSha256 } = authorization;
  if (contentSha256 === null) {
    if (bodySha256Hex === null) throw new TypeError('without x-amz-content-sha256 the hash of the body is needed');
    return bodySha256Hex;
  }
  if (contentSha256 === UNSIGNED_PAYLOAD ? !allowUnsignedPayload : !/^[0-9a-f]{64}$/.test(contentSha256)) {
    // Also the STREAMING-… values of S3, whose chunk signatures nobody here would check.
    throw new SignatureError(
      'payload-mismatch',
      'x-amz-content-sha256 must be the SHA-256 of the body in hexadecimal.',
    );
  }
  if (bodySha256Hex !== null) verifyBodyHash(authorization, bodySha256Hex);
  return contentSha256;
}
