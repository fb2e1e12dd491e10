import { functionOfUri } from './function-uri';
import { type ImportReport } from './import-report';
import { type Json, type JsonObject, compact, inside, isObject, objectOf, textOf } from './json';
import { resolveReference } from './references';

/** What a security scheme of the document means here. */
type Scheme =
  | { readonly kind: 'iam' }
  | { readonly kind: 'api-key' }
  | { readonly kind: 'authorizer'; readonly name: string }
  | { readonly kind: 'unknown'; readonly why: string };

export interface ImportedSecurity {
  /** `authorizers` of the API. */
  readonly authorizers: Readonly<Record<string, Json>>;
  /** `authorization` and `apiKeyRequired` of a route whose operation says `security` or inherits it. */
  readonly ofOperation: (operation: JsonObject, path: string) => JsonObject;
}

/**
 * Security schemes with API Gateway's extensions (`x-amazon-apigateway-authtype`, `-authorizer`, `-auth`). A scheme that is not
 * understood is an error wherever it is used: a route must not become public because its document said it in another way.
 */
export function importSecurity(document: JsonObject, report: ImportReport): ImportedSecurity {
  const authorizers: Record<string, Json> = {};
  const schemes = new Map<string, Scheme>();
  const declared = objectOf(objectOf(document['components'])['securitySchemes']);
  for (const [name, value] of Object.entries(compact(declared))) {
    const scheme = isObject(value) ? (resolveReference(document, value)?.value ?? null) : null;
    const path = `components.securitySchemes.${name}`;
    schemes.set(name, scheme === null ? unknown('leads nowhere') : schemeOf(name, scheme, path, authorizers, report));
  }
  return {
    authorizers,
    ofOperation: (operation, path) => securityOf(document, operation, schemes, path, report),
  };
}

function schemeOf(
  name: string,
  scheme: JsonObject,
  path: string,
  authorizers: Record<string, Json>,
  report: ImportReport,
): Scheme {
  const extension = scheme['x-amazon-apigateway-authorizer'];
  if (isObject(extension)) {
    const authorizer = authorizerOf(scheme, extension);
    if (typeof authorizer === 'string') return unknown(authorizer);
    if (extension['authorizerCredentials'] !== undefined) {
      report.info(inside(path, 'x-amazon-apigateway-authorizer.authorizerCredentials'), 'is not needed here');
    }
    authorizers[name] = authorizer;
    return { kind: 'authorizer', name };
  }
  const authType = textOf(scheme['x-amazon-apigateway-authtype']);
  if (authType?.toLowerCase() === 'awssigv4') return { kind: 'iam' };
  if (authType === 'cognito_user_pools') return unknown('a Cognito user pool; declare it as an authorizer of type jwt');
  if (scheme['type'] === 'apiKey' && scheme['in'] === 'header' && textOf(scheme['name'])?.toLowerCase() === 'x-api-key')
    return { kind: 'api-key' };
  return unknown('no x-amazon-apigateway-authorizer, awsSigv4 or x-api-key');
}

/** An authorizer of the API, or what is wrong with it. */
function authorizerOf(scheme: JsonObject, extension: JsonObject): JsonObject | string {
  const sources = identitySources(extension['identitySource']);
  if (extension['type'] === 'jwt') {
    const { issuer, audience } = objectOf(extension['jwtConfiguration']);
    return compact({ type: 'jwt', issuer, audience, identitySource: sources?.[0] });
  }
  if (extension['type'] !== 'token' && extension['type'] !== 'request')
    return 'an authorizer whose type is not token, request or jwt';
  const named = functionOfUri(extension['authorizerUri']);
  if (named === null) return 'an authorizerUri that names no function';
  const header = textOf(scheme['name']);
  const isToken = extension['type'] === 'token';
  const tokenSources = header === undefined ? undefined : [`$request.header.${header}`];
  return compact({
    type: 'function',
    ...named,
    event: isToken ? 'TOKEN' : `REQUEST-${textOf(extension['authorizerPayloadFormatVersion']) ?? '1.0'}`,
    identitySources: sources ?? (isToken ? tokenSources : []),
    identityValidationExpression: extension['identityValidationExpression'],
    simpleResponses: extension['enableSimpleResponses'],
    resultTtlSeconds: extension['authorizerResultTtlInSeconds'],
  });
}

/** `method.request.header.X` of REST APIs and `$request.header.X` of HTTP APIs, one or several. */
function identitySources(value: Json | undefined): string[] | undefined {
  const texts = typeof value === 'string' ? value.split(',') : Array.isArray(value) ? (value as Json[]) : [];
  const sources = texts.flatMap((text) =>
    typeof text === 'string' && text.trim() !== '' ? [sourceOf(text.trim())] : [],
  );
  return sources.length === 0 ? undefined : sources;
}

function sourceOf(text: string): string {
  if (text.startsWith('method.request.')) return `$request.${text.slice('method.request.'.length)}`;
  return text.startsWith('$') ? text : `$${text}`;
}

function securityOf(
  document: JsonObject,
  operation: JsonObject,
  schemes: ReadonlyMap<string, Scheme>,
  path: string,
  report: ImportReport,
): JsonObject {
  const requirements = operation['security'] ?? document['security'];
  const answer: Record<string, Json> = {};
  const isIam = objectOf(operation['x-amazon-apigateway-auth'])['type'];
  if (typeof isIam === 'string' && isIam.toUpperCase() === 'AWS_IAM') answer['authorization'] = 'IAM';
  if (!Array.isArray(requirements)) return answer;
  if (requirements.length > 1) {
    report.error(inside(path, 'security'), 'lists alternatives; a route has one way of authorization, in one object');
    return answer;
  }
  for (const [name, scopes] of Object.entries(compact(objectOf((requirements as Json[])[0])))) {
    const scheme = schemes.get(name) ?? unknown('not declared in components.securitySchemes');
    if (scheme.kind === 'unknown') {
      report.error(inside(path, `security.${name}`), `names a scheme that is not understood: ${scheme.why}`);
    } else if (scheme.kind === 'api-key') answer['apiKeyRequired'] = true;
    else if (answer['authorization'] !== undefined) {
      report.error(
        inside(path, `security.${name}`),
        'is a second way of authorization; a route has one, and an API key if it is required',
      );
    } else if (scheme.kind === 'iam') answer['authorization'] = 'IAM';
    else {
      const asked = Array.isArray(scopes) && scopes.length > 0 ? { scopes } : {};
      answer['authorization'] = { authorizer: scheme.name, ...asked };
    }
  }
  return answer;
}

function unknown(why: string): Scheme {
  return { kind: 'unknown', why };
}
