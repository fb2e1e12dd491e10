import { type ApiDefinition, type ApiStyle, type RouteDefinition } from '@sluice/contracts';
import { styleOfDocument } from './api-style';
import { exportIntegration } from './export-integration';
import { exportSecurity, type ExportedSecurity } from './export-security';
import { exportSchema, exportValidation, VALIDATORS } from './export-validation';
import { ANY_METHOD, API_EXTENSION, DEFAULT_ROUTE_PATH, importDocument, ROUTE_EXTENSION } from './import-document';
import { type Json, type JsonObject, compact, isSameJson } from './json';
import { pointerToken } from './references';

export interface ExportOptions {
  readonly name: string;
  readonly serverUrl: string;
}

type Paths = Record<string, Record<string, Record<string, Json>>>;

/**
 * An API as an OpenAPI 3.1 document that imports to the same API. What AWS's extensions can say is said in them; the document is then
 * imported, and whatever came back otherwise is added as `x-sluice-api` and `x-sluice-route`: nothing is lost, and little said twice.
 */
export function exportDocument(definition: ApiDefinition, options: ExportOptions): JsonObject {
  const paths: Paths = {};
  const plain = awsDocument(definition, options, paths);
  const { apiStyle } = definition;
  const shown = styleOfDocument(plain) === apiStyle ? {} : { apiStyle };
  const document = { ...plain, [API_EXTENSION]: shown };
  const { definition: imported, findings } = importDocument(document);
  if (imported === null)
    throw new Error(`the API ${options.name} does not come back from its export: ${JSON.stringify(findings[0])}`);
  const importedRoutes = new Map(imported.routes.map((route) => [route.route, route]));
  for (const route of definition.routes) {
    const { path, method } = placeOf(route.route);
    const missing = difference(jsonOf(route), jsonOf(importedRoutes.get(route.route) ?? {}));
    const operation = paths[path]?.[method];
    if (missing !== null && operation !== undefined) operation[ROUTE_EXTENSION] = missing;
  }
  const missing = difference(jsonOf({ ...definition, routes: [] }), jsonOf({ ...imported, routes: [] }));
  const extension = { ...shown, ...missing };
  return Object.keys(extension).length === 0 ? plain : { ...plain, [API_EXTENSION]: extension };
}

function awsDocument(definition: ApiDefinition, { name, serverUrl }: ExportOptions, paths: Paths): JsonObject {
  const { documentation, cors, models = {}, routes } = definition;
  const security = exportSecurity(definition);
  for (const route of routes) {
    const { path, method } = placeOf(route.route);
    (paths[path] ??= {})[method] = operationOf(
      route,
      definition.apiStyle,
      security,
      `#/paths/${pointerToken(path)}/${method}`,
    );
  }
  const schemas = Object.entries(models).map(
    ([model, schema]) => [model, exportSchema(schema, `#/components/schemas/${model}`)] as const,
  );
  return compact({
    openapi: '3.1.0',
    info: compact({
      title: documentation?.title ?? name,
      version: documentation?.version ?? '1',
      description: definition.description,
    }),
    servers: [{ url: serverUrl }],
    paths,
    components: { schemas: Object.fromEntries(schemas), securitySchemes: security.schemes },
    'x-amazon-apigateway-request-validators': routes.some(({ validate }) => validate !== undefined)
      ? VALIDATORS
      : undefined,
    'x-amazon-apigateway-cors': cors === undefined ? undefined : corsOf(cors),
    'x-amazon-apigateway-binary-media-types': definition.binaryMediaTypes,
    'x-amazon-apigateway-minimum-compression-size': definition.minimumCompressionSizeBytes,
    'x-amazon-apigateway-api-key-source': definition.apiKeySource,
    'x-amazon-apigateway-policy':
      definition.resourcePolicy === undefined ? undefined : jsonOf(definition.resourcePolicy),
  });
}

function operationOf(
  route: RouteDefinition,
  style: ApiStyle,
  security: ExportedSecurity,
  pointer: string,
): Record<string, Json> {
  return compact({
    ...jsonOf(route.documentation ?? {}),
    ...exportValidation(route, pointer),
    ...security.ofRoute(route),
    responses: { default: { description: 'What the integration answers.' } },
    ...(route.route === '$default' ? { isDefaultRoute: true } : {}),
    'x-amazon-apigateway-integration': exportIntegration(route, style),
  });
}

/** Where a route stands in a document: `$default` under a path of its own, as AWS exports it. */
function placeOf(route: string): { path: string; method: string } {
  if (route === '$default') return { path: DEFAULT_ROUTE_PATH, method: ANY_METHOD };
  const space = route.indexOf(' ');
  const verb = route.slice(0, space);
  return { path: route.slice(space + 1), method: verb === 'ANY' ? ANY_METHOD : verb.toLowerCase() };
}

function corsOf({ maxAgeSeconds, ...settings }: NonNullable<ApiDefinition['cors']>): JsonObject {
  return compact({ ...settings, maxAge: maxAgeSeconds });
}

/** The members of `wanted` that `present` has otherwise, and null for those only `present` has; null when there are none. */
function difference(wanted: JsonObject, present: JsonObject): JsonObject | null {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(present)])];
  const differing = names.filter((name) => !isSameJson(wanted[name], present[name]));
  return differing.length === 0 ? null : Object.fromEntries(differing.map((name) => [name, wanted[name] ?? null]));
}

/** A definition is made of JSON only; members that are undefined are no members of it. */
function jsonOf(value: object): JsonObject {
  return compact(value as JsonObject);
}
