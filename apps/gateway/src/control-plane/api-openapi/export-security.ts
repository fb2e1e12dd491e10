import { type ApiDefinition, type Authorizer, type RouteDefinition } from '@sluice/contracts';
import { functionUri } from './function-uri';
import { type Json, type JsonObject, compact } from './json';

export interface ExportedSecurity {
  readonly schemes: JsonObject;
  /** `security` of an operation; empty for routes that anybody may call. */
  readonly ofRoute: (route: RouteDefinition) => JsonObject;
}

/** Authorizers, IAM and API keys as security schemes with API Gateway's extensions. */
export function exportSecurity({ authorizers = {}, routes }: ApiDefinition): ExportedSecurity {
  const iam = freeName('sigv4', authorizers);
  const apiKey = freeName('api_key', authorizers);
  const schemes: Record<string, Json> = Object.fromEntries(
    Object.entries(authorizers).map(([name, authorizer]) => [name, schemeOf(authorizer)]),
  );
  if (routes.some(({ authorization }) => authorization === 'IAM')) {
    schemes[iam] = { type: 'apiKey', name: 'Authorization', in: 'header', 'x-amazon-apigateway-authtype': 'awsSigv4' };
  }
  if (routes.some(({ apiKeyRequired }) => apiKeyRequired))
    schemes[apiKey] = { type: 'apiKey', name: 'x-api-key', in: 'header' };
  return {
    schemes,
    ofRoute: ({ authorization, apiKeyRequired }) => {
      const requirement: Record<string, Json> = {};
      if (authorization === 'IAM') requirement[iam] = [];
      else if (typeof authorization === 'object') requirement[authorization.authorizer] = authorization.scopes ?? [];
      if (apiKeyRequired) requirement[apiKey] = [];
      return Object.keys(requirement).length === 0 ? {} : { security: [requirement] };
    },
  };
}

function schemeOf(authorizer: Authorizer): JsonObject {
  if (authorizer.type === 'jwt') {
    const { issuer, audience, identitySource } = authorizer;
    return {
      type: 'openIdConnect',
      openIdConnectUrl: `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
      'x-amazon-apigateway-authorizer': { type: 'jwt', jwtConfiguration: { issuer, audience }, identitySource },
    };
  }
  const { event, identitySources, identityValidationExpression, simpleResponses, resultTtlSeconds } = authorizer;
  const header = /^\$request\.header\.(.+)$/.exec(identitySources[0] ?? '')?.[1];
  return {
    type: 'apiKey',
    name: header ?? 'Unused',
    in: 'header',
    'x-amazon-apigateway-authtype': 'custom',
    'x-amazon-apigateway-authorizer': compact({
      type: event === 'TOKEN' ? 'token' : 'request',
      authorizerUri: functionUri(authorizer),
      authorizerPayloadFormatVersion: event === 'TOKEN' ? undefined : event.slice('REQUEST-'.length),
      identitySource: identitySources.length === 0 ? undefined : identitySources.join(','),
      identityValidationExpression,
      enableSimpleResponses: simpleResponses ? true : undefined,
      authorizerResultTtlInSeconds: resultTtlSeconds,
    }),
  };
}

/** A scheme must not take the name of an authorizer. */
function freeName(name: string, authorizers: object): string {
  return Object.hasOwn(authorizers, name) ? freeName(`${name}_`, authorizers) : name;
}
