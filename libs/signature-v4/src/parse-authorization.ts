import { formatAmzDate, parseAmzDate, parseHttpDate } from './amz-date';
import { parseAuthorizationHeader } from './authorization-header';
import { type CredentialScope, parseCredential } from './credential-scope';
import { amzQueryParameters, parsePresignedQuery, type QueryParameters } from './presigned-query';
import { type HeaderValues, headerValues, type SignableRequest, singleHeader, splitTarget } from './signable-request';
import { SignatureError } from './signature-error';

/** What a signed request claims about itself. Nothing of it is proven until `verifySignature` returns. */
export interface ParsedAuthorization {
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  /** Lower-case, sorted, unique; holds `host` and every `x-amz-*` header of the request. */
  readonly signedHeaders: readonly string[];
  /** 64 lower-case hexadecimal digits. */
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ`; its day is the scope's. */
  readonly amzDate: string;
  readonly amzDateMs: number;
  /** True for the query form (presigned URL). */
  readonly presigned: boolean;
  /** Seconds a presigned URL is good for; null for the header form. */
  readonly expiresSeconds: number | null;
  /** `x-amz-content-sha256` as sent; null when absent, and then the body must be read to verify. */
  readonly contentSha256: string | null;
  /** Whether it comes with an `X-Amz-Security-Token`: signed with temporary credentials, which not every verifier knows. */
  readonly hasSessionToken: boolean;
}

/**
 * Reads the header form or the query form; null when the request has neither. Everything that can be refused without the
 * secret and without the clock is refused here, so the answer does not depend on whether the access key exists.
 *
 * @throws SignatureError malformed · wrong-scope · unsigned-header
 */
export function parseAuthorization(request: SignableRequest): ParsedAuthorization | null {
  const headers = headerValues(request.rawHeaders);
  const query = amzQueryParameters(rawQueryOf(request.target));
  const authorizationValues = headers.get('authorization') ?? [];
  const fromHeader = authorizationValues.map(parseAuthorizationHeader).find((parts) => parts !== null) ?? null;
  const fromQuery = parsePresignedQuery(query);
  if (!fromHeader && !fromQuery) return null;
  splitTarget(request.target);
  if (authorizationValues.length > 1) throw new SignatureError('malformed', 'The authorization header is repeated.');
  if (fromQuery && authorizationValues.length > 0) {
    throw new SignatureError('malformed', 'Sign in the Authorization header or in the query, not in both.');
  }

  const parts = fromQuery ?? fromHeader;
  if (!parts) return null;
  const { accessKeyId, scope } = parseCredential(parts.credential);
  const signedHeaders = parseSignedHeaders(parts.signedHeaders, headers);
  if (!/^[0-9a-f]{64}$/.test(parts.signature)) {
    throw new SignatureError('malformed', 'Signature must be 64 lower-case hexadecimal digits.');
  }
  const amzDateMs = fromQuery ? parseAmzDate(fromQuery.amzDate) : signingTime(headers, signedHeaders);
  if (amzDateMs === null)
    throw new SignatureError('malformed', 'The signing time must be of the form YYYYMMDDTHHMMSSZ.');
  const amzDate = formatAmzDate(amzDateMs);
  if (amzDate.slice(0, 8) !== scope.date) {
    throw new SignatureError('wrong-scope', 'The date of the credential scope is not the day of the signing time.');
  }
  const expiresSeconds = fromQuery?.expiresSeconds ?? null;
  const contentSha256 = parseContentSha256(headers, query, fromQuery !== null);
  const presigned = fromQuery !== null;
  const hasSessionToken = headers.has(SESSION_TOKEN) || (presigned && query.has(SESSION_TOKEN));
  return {
    accessKeyId,
    scope,
    signedHeaders,
    signature: parts.signature,
    amzDate,
    amzDateMs,
    presigned,
    expiresSeconds,
    contentSha256,
    hasSessionToken,
  };
}

const SESSION_TOKEN = 'x-amz-security-token';

function rawQueryOf(target: string): string {
  const question = target.indexOf('?');
  return question < 0 ? '' : target.slice(question + 1);
}

function parseSignedHeaders(text: string, headers: HeaderValues): string[] {
  const names = text.split(';');
  names.forEach((name, i) => {
    const previous = names[i - 1];
    if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name) || (previous !== undefined && previous >= name)) {
      throw new SignatureError('malformed', 'SignedHeaders must be lower-case names, sorted, each once.');
    }
  });
  const signed = new Set(names);
  for (const name of ['host', ...headers.keys()]) {
    if ((name === 'host' || name.startsWith('x-amz-')) && !signed.has(name)) {
      throw new SignatureError('unsigned-header', `The ${name} header must be signed.`);
    }
  }
  singleHeader(headers, 'host');
  return names;
}

/** `x-amz-date`, else a `Date` that is signed: an unsigned one could be replaced to replay the request later. */
function signingTime(headers: HeaderValues, signedHeaders: readonly string[]): number | null {
  const amzDate = singleHeader(headers, 'x-amz-date');
  if (amzDate !== null) return parseAmzDate(amzDate);
  const date = singleHeader(headers, 'date');
  if (date === null) throw new SignatureError('malformed', 'The request has no x-amz-date.');
  if (!signedHeaders.includes('date')) {
    throw new SignatureError('unsigned-header', 'The date header must be signed where there is no x-amz-date.');
  }
  return parseHttpDate(date) ?? parseAmzDate(date);
}

/** SDKs move the header into the query of a presigned URL; elsewhere a query parameter of that name is only data. */
function parseContentSha256(headers: HeaderValues, query: QueryParameters, presigned: boolean): string | null {
  const name = 'x-amz-content-sha256';
  const values = [...(headers.get(name) ?? []), ...(presigned ? (query.get(name) ?? []) : [])];
  if (values.length > 1) throw new SignatureError('malformed', `${name} is repeated.`);
  return values[0] ?? null;
}
