import { z } from 'zod';
import { LIMITS } from '../limits';
import { policyDocument, type PolicyDocument } from '../policy/policy-document';

export const authorizerName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,128}$/, 'must be 1 to 128 letters, digits, "-" or "_"');

/** What `$context.NAME` may be in an identity source. */
const IDENTITY_CONTEXT = [
  'apiId',
  'domainName',
  'httpMethod',
  'identity.sourceIp',
  'identity.userAgent',
  'path',
  'routeKey',
  'stage',
] as const;

const requestSource = z
  .string()
  .max(512)
  .regex(
    /^\$request\.(header\.[A-Za-z0-9!#$%&'*+.^_`|~-]+|querystring\.[^\s]+)$/,
    'must be $request.header.NAME or $request.querystring.NAME',
  );

const identitySource = z.union(
  [
    requestSource,
    z.enum(IDENTITY_CONTEXT.map((name) => `$context.${name}` as const)),
    z.string().regex(/^\$stageVariables\.[A-Za-z0-9_]{1,64}$/),
  ],
  {
    error: `must be $request.header.NAME, $request.querystring.NAME, $stageVariables.NAME, or $context. with one of ${IDENTITY_CONTEXT.join(', ')}`,
  },
);

/** A function that decides who may call a route. */
export const functionAuthorizer = z
  .strictObject({
    type: z.literal('function'),
    function: z.string(),
    qualifier: z.string().optional(),
    /** What the function gets: AWS's TOKEN event, or its REQUEST event in format 1.0 or 2.0. */
    event: z.enum(['TOKEN', 'REQUEST-1.0', 'REQUEST-2.0']).default('REQUEST-2.0'),
    /** Each must be there, or the request is refused without a call. Together they are what a kept decision is kept for. */
    identitySources: z.array(identitySource).max(10).default(['$request.header.Authorization']),
    /** TOKEN: the whole token must match, or the request is refused without a call. */
    identityValidationExpression: z.string().min(1).max(LIMITS.identityExpressionCharsMax).optional(),
    /** REQUEST-2.0: the function may answer `{ isAuthorized, context? }` instead of a policy. */
    simpleResponses: z.boolean().default(false),
    /** 0 = every request asks the function. Without identity sources nothing is kept either. */
    resultTtlSeconds: z.int().min(0).max(LIMITS.authorizerTtlSecondsMax).default(LIMITS.authorizerTtlSecondsDefault),
    timeoutMs: z.int().min(50).max(LIMITS.authorizerTimeoutMsMax).default(LIMITS.authorizerTimeoutMsMax),
  })
  .superRefine(({ event, identitySources, identityValidationExpression, simpleResponses }, context) => {
    const problem = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (event === 'TOKEN' && !(identitySources.length === 1 && identitySources[0]?.startsWith('$request.header.')))
      problem('identitySources', 'must be one header where "event" is "TOKEN"');
    if (event !== 'TOKEN' && identityValidationExpression !== undefined)
      problem('identityValidationExpression', 'goes with "event": "TOKEN" only');
    if (event !== 'REQUEST-2.0' && simpleResponses) problem('simpleResponses', 'goes with "event": "REQUEST-2.0" only');
  });
export type FunctionAuthorizer = z.infer<typeof functionAuthorizer>;

/** A JSON Web Token of an issuer, checked here. */
export const jwtAuthorizer = z.strictObject({
  type: z.literal('jwt'),
  issuer: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL, as in the claim iss' }).max(512),
  /** One of them must be in the claim aud, or be the claim client_id where there is no aud. */
  audience: z.array(z.string().min(1).max(512)).min(1).max(LIMITS.jwtAudiencesMax),
  /** Absent = from the issuer's `/.well-known/openid-configuration`. */
  jwksUri: z
    .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
    .max(512)
    .optional(),
  /** The token, alone or behind `Bearer `. */
  identitySource: requestSource.default('$request.header.Authorization'),
  /** Absent = all of these; the algorithm must fit the key in any case. */
  algorithms: z
    .array(z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']))
    .min(1)
    .optional(),
  clockSkewSeconds: z.int().min(0).max(300).default(60),
});
export type JwtAuthorizer = z.infer<typeof jwtAuthorizer>;

export const authorizer = z.discriminatedUnion('type', [functionAuthorizer, jwtAuthorizer]);
export type Authorizer = z.infer<typeof authorizer>;

/** Who may call a route: anybody, whoever signs with an access key that a policy allows it, or whom an authorizer of the API lets in. */
export const routeAuthorization = z.union([
  z.enum(['NONE', 'IAM']),
  z.strictObject({
    authorizer: authorizerName,
    /** JWT: the token must have one of them. */
    scopes: z
      .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/, 'must be 1 to 64 characters, as RFC 6749 has scopes'))
      .max(10)
      .optional(),
  }),
]);
export type RouteAuthorization = z.infer<typeof routeAuthorization>;

/** Who may call the API at all, in AWS's policy language. */
export const resourcePolicy = policyDocument('resource');
export type ResourcePolicy = PolicyDocument;
