/** Who makes a request, as the step that authorized it found out. */
export interface RequestAuthorization {
  readonly kind: 'none' | 'iam' | 'jwt' | 'function';
  /** The principal in logs, policies and events; '' when nobody was asked. */
  readonly principalId: string;
  /** Tells apart callers whose answers may differ: part of a cache key. '' = everybody gets the same. */
  readonly cacheIdentity: string;
  /** JSON text of `requestContext.authorizer` in format 1.0 and 2.0; '' = there is none. */
  readonly authorizerV1: string;
  readonly authorizerV2: string;
  /** IAM: what `requestContext.identity` (1.0) says of the caller. */
  readonly identity: CallerIdentity | null;
  /** The API key an authorizer found, where `apiKeySource` is AUTHORIZER. */
  readonly usageIdentifierKey: string;
  /** Whether the caller may replace cache entries (`execute-api:InvalidateCache`). */
  readonly mayInvalidateCache: boolean;
}

export interface CallerIdentity {
  readonly accessKey: string;
  readonly accountId: string;
  readonly caller: string;
  readonly user: string;
  readonly userArn: string;
}

export const NOT_AUTHORIZED: RequestAuthorization = {
  kind: 'none',
  principalId: '',
  cacheIdentity: '',
  authorizerV1: '',
  authorizerV2: '',
  identity: null,
  usageIdentifierKey: '',
  mayInvalidateCache: false,
};
