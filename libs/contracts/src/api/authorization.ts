import { z } from 'zod';
import { LIMITS } from '../limits';
import { policyDocument, type PolicyDocument } from '../policy/policy-document';

export const authorizerName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,128}$/, 'must be 1 to 128 letters, digits, "-" or "_"');

/** `$request.header.Name`, `$request.querystring.name`, `$context.name`, `$stageVariables.name`. */
const identitySource = z
  .string()
  .max(512)
  .regex(
    /^\$(request\.(header|querystring)\.[^\s]+|context\.[A-Za-z0-9_.]+|stageVariables\.[A-Za-z0-9_]+)$/,
    'must be $request.header.NAME, $request.querystring.NAME, $context.NAME or $stageVariables.NAME',
  );

/** A function that decides who may call a route. */
export const functionAuthorizer = z.strictObject({
  type: z.literal('function'),
  function: z.string(),
  qualifier: z.string().optional(),
  /** What the function gets: AWS's TOKEN event, or its REQUEST event in format 1.0 or 2.0. */
  event: z.enum(['TOKEN', 'REQUEST-1.0', 'REQUEST-2.0']).default('REQUEST-2.0'),
  identitySources: z.array(identitySource).max(10).default(['$request.header.Authorization']),
  /** TOKEN: a token that does not match is refused without a call. */
  identityValidationExpression: z.string().max(512).optional(),
  /** REQUEST-2.0: the function answers `{ isAuthorized, context? }` instead of a policy. */
  simpleResponses: z.boolean().default(false),
  resultTtlSeconds: z.int().min(0).max(LIMITS.authorizerTtlSecondsMax).default(LIMITS.authorizerTtlSecondsDefault),
  timeoutMs: z.int().min(50).max(LIMITS.authorizerTimeoutMsMax).default(LIMITS.authorizerTimeoutMsMax),
});
export type FunctionAuthorizer = z.infer<typeof functionAuthorizer>;

/** A JSON Web Token of an issuer, checked here. */
export const jwtAuthorizer = z.strictObject({
  type: z.literal('jwt'),
  issuer: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL, as in the claim iss' }),
  audience: z.array(z.string().min(1)).min(1).max(50),
  /** Absent = from the issuer's `/.well-known/openid-configuration`. */
  jwksUri: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional(),
  identitySource: identitySource.default('$request.header.Authorization'),
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
    scopes: z.array(z.string().min(1).max(64)).max(10).optional(),
  }),
]);
export type RouteAuthorization = z.infer<typeof routeAuthorization>;

/** Who may call the API at all, in AWS's policy language. */
export const resourcePolicy = policyDocument('resource');
export type ResourcePolicy = PolicyDocument;
