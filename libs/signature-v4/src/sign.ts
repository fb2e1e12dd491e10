import { formatAmzDate } from './amz-date';
import { formatAuthorizationHeader } from './authorization-header';
import { canonicalRequests } from './canonical-request';
import { type CredentialScope, formatCredentialScope } from './credential-scope';
import { EXPIRES_SECONDS_MAX } from './presigned-query';
import { headerValues, type SignableRequest } from './signable-request';
import { deriveSigningKey, hmacSha256 } from './signing-key';
import { ALGORITHM, stringToSign } from './string-to-sign';
import { uriEncode } from './uri-encode';

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface SignOptions {
  readonly nowMs: number;
  readonly region: string;
  readonly service: string;
  /** SHA-256 of the body that will be sent, in lower-case hexadecimal. */
  readonly bodySha256Hex: string;
}

/**
 * Header form. Returns the headers to add to the request, which must already carry `host`. Signed are `host`,
 * `content-type` and every `x-amz-*` header; the path is escaped again, as AWS's own signers do.
 */
export function signRequest(
  request: SignableRequest,
  accessKey: AccessKey,
  options: SignOptions,
): { 'x-amz-date': string; 'x-amz-content-sha256': string; authorization: string } {
  const amzDate = formatAmzDate(options.nowMs);
  const added = { 'x-amz-date': amzDate, 'x-amz-content-sha256': options.bodySha256Hex };
  const rawHeaders = [...request.rawHeaders, ...Object.entries(added).flat()];
  const signedHeaders = namesToSign(rawHeaders);
  const scope = scopeOf(amzDate, options);
  const signature = sign({ ...request, rawHeaders }, signedHeaders, accessKey, scope, amzDate, options.bodySha256Hex);
  const credential = `${accessKey.accessKeyId}/${formatCredentialScope(scope)}`;
  return {
    ...added,
    authorization: formatAuthorizationHeader({ credential, signedHeaders: signedHeaders.join(';'), signature }),
  };
}

/** Query form. Returns the request target with the signature in its query, good for `expiresSeconds` (1 to a week). */
export function presignTarget(
  request: SignableRequest,
  accessKey: AccessKey,
  options: SignOptions & { readonly expiresSeconds: number },
): string {
  const { expiresSeconds } = options;
  if (!Number.isInteger(expiresSeconds) || expiresSeconds < 1 || expiresSeconds > EXPIRES_SECONDS_MAX) {
    throw new RangeError(`expiresSeconds must be a whole number from 1 to ${EXPIRES_SECONDS_MAX}`);
  }
  const amzDate = formatAmzDate(options.nowMs);
  const scope = scopeOf(amzDate, options);
  const signedHeaders = namesToSign(request.rawHeaders);
  const query = Object.entries({
    'X-Amz-Algorithm': ALGORITHM,
    'X-Amz-Credential': `${accessKey.accessKeyId}/${formatCredentialScope(scope)}`,
    'X-Amz-Date': amzDate,
    'X-Amz-Expires': String(expiresSeconds),
    'X-Amz-SignedHeaders': signedHeaders.join(';'),
  }).map(([name, value]) => `${name}=${uriEncode(value)}`);
  const target = `${request.target}${request.target.includes('?') ? '&' : '?'}${query.join('&')}`;
  const signature = sign({ ...request, target }, signedHeaders, accessKey, scope, amzDate, options.bodySha256Hex);
  return `${target}&X-Amz-Signature=${signature}`;
}

function sign(
  request: SignableRequest,
  signedHeaders: readonly string[],
  { secretAccessKey }: AccessKey,
  scope: CredentialScope,
  amzDate: string,
  payloadHash: string,
): string {
  const [canonicalRequest = ''] = canonicalRequests(request, { signedHeaders, payloadHash });
  return hmacSha256(deriveSigningKey(secretAccessKey, scope), stringToSign(amzDate, scope, canonicalRequest)).toString(
    'hex',
  );
}

function scopeOf(amzDate: string, { region, service }: SignOptions): CredentialScope {
  return { date: amzDate.slice(0, 8), region, service };
}

function namesToSign(rawHeaders: readonly string[]): string[] {
  const signed = (name: string): boolean => name === 'host' || name === 'content-type' || name.startsWith('x-amz-');
  return [...headerValues(rawHeaders).keys()].filter(signed).sort();
}
