import { type AuthorizationParts } from './authorization-header';
import { SignatureError } from './signature-error';
import { ALGORITHM } from './string-to-sign';
import { decodeQueryPart } from './uri-encode';

/** A presigned URL is good for a week at most. */
export const EXPIRES_SECONDS_MAX = 604_800;

export interface PresignedParts extends AuthorizationParts {
  readonly amzDate: string;
  readonly expiresSeconds: number;
}

export type QueryParameters = ReadonlyMap<string, readonly string[]>;

/** Decoded values of the `X-Amz-*` parameters by lower-case name. Most queries have none, and cost one search. */
export function amzQueryParameters(rawQuery: string): QueryParameters {
  const parameters = new Map<string, string[]>();
  if (!/amz/i.test(rawQuery) && !rawQuery.includes('%')) return parameters;
  for (const pair of rawQuery.split('&')) {
    const equals = pair.indexOf('=');
    const name = decodeQueryPart(equals < 0 ? pair : pair.slice(0, equals)).toLowerCase();
    if (!name.startsWith('x-amz-')) continue;
    const value = equals < 0 ? '' : decodeQueryPart(pair.slice(equals + 1));
    parameters.set(name, [...(parameters.get(name) ?? []), value]);
  }
  return parameters;
}

/** The query form of an authorization, or null when the query does not claim to be one. */
export function parsePresignedQuery(parameters: QueryParameters): PresignedParts | null {
  const claims = ['x-amz-algorithm', 'x-amz-credential', 'x-amz-signature'].some((name) => parameters.has(name));
  if (!claims) return null;
  const single = (name: string): string => {
    const values = parameters.get(name.toLowerCase()) ?? [];
    if (values.length !== 1) throw new SignatureError('malformed', `A presigned URL needs ${name} exactly once.`);
    return values[0] ?? '';
  };
  if (single('X-Amz-Algorithm') !== ALGORITHM) throw new SignatureError('malformed', `Only ${ALGORITHM} is supported.`);
  const expires = single('X-Amz-Expires');
  const expiresSeconds = /^[1-9]\d{0,5}$/.test(expires) ? Number(expires) : 0;
  if (expiresSeconds < 1 || expiresSeconds > EXPIRES_SECONDS_MAX) {
    throw new SignatureError(
      'malformed',
      `X-Amz-Expires must be a number of seconds from 1 to ${EXPIRES_SECONDS_MAX}.`,
    );
  }
  return {
    credential: single('X-Amz-Credential'),
    signedHeaders: single('X-Amz-SignedHeaders'),
    signature: single('X-Amz-Signature'),
    amzDate: single('X-Amz-Date'),
    expiresSeconds,
  };
}
