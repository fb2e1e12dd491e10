import { type ApiDefinition, type RouteDefinition } from '@sluice/contracts';
import { type OpenApiDocument } from '../openapi/openapi-document';
import { type Operation } from '../openapi/operation';
import { exportSecurity, type ExportedSecurity } from './export-security';
import { exportSchema, exportValidation } from './export-validation';
import { type Json, type JsonObject, compact } from './json';
import { pointerToken } from './references';

/** What `ANY` is for a reader. */
const ANY_METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/**
 * An API as its callers see it: plain OpenAPI 3.1 without a word of what is behind it. Integrations, policies, limits and names of
 * functions stay inside; the `$default` route, which is no operation, is left out.
 */
export function publicDocument(name: string, definition: ApiDefinition, serverUrl: string): OpenApiDocument {
  const { documentation, models = {}, routes, description = '' } = definition;
  const security = exportSecurity(definition);
  const paths: Record<string, Record<string, Operation>> = {};
  for (const route of routes) {
    if (route.route === '$default') continue;
    const [method = '', text = ''] = route.route.split(' ');
    const path = text.replaceAll('+}', '}');
    for (const one of method === 'ANY' ? ANY_METHODS : [method.toLowerCase()]) {
      // A method of its own stands before ANY, as it does for requests.
      if (method === 'ANY' && paths[path]?.[one] !== undefined) continue;
      (paths[path] ??= {})[one] = operationOf(
        route,
        security,
        `#/paths/${pointerToken(path)}/${one}`,
        method === 'ANY',
      );
    }
  }
  const schemas = Object.entries(models).map(([model, schema]) => {
    return [model, exportSchema(schema, `#/components/schemas/${model}`)] as const;
  });
  return {
    openapi: '3.1.0',
    info: { title: documentation?.title ?? name, version: documentation?.version ?? '1', description },
    servers: [{ url: serverUrl }],
    security: [],
    paths,
    components: { schemas: Object.fromEntries(schemas), securitySchemes: plainSchemes(security.schemes) },
  };
}

function operationOf(route: RouteDefinition, security: ExportedSecurity, pointer: string, isAny: boolean): Operation {
  const { documentation: { operationId, summary = '', description, tags } = {} } = route;
  return compact({
    // One id names one operation.
    operationId: isAny ? undefined : operationId,
    summary,
    description,
    tags: tags ?? ['operations'],
    ...withoutExtensions(exportValidation(route, pointer)),
    ...security.ofRoute(route),
    responses: { default: { description: 'The answer.' } },
  }) as unknown as Operation;
}

/** How to authenticate, without who checks it. */
function plainSchemes(schemes: JsonObject): JsonObject {
  const plain = Object.entries(compact(schemes)).map(([name, scheme]) => [
    name,
    withoutExtensions(scheme as JsonObject),
  ]);
  return Object.fromEntries(plain) as JsonObject;
}

function withoutExtensions(object: JsonObject): Record<string, Json> {
  return Object.fromEntries(Object.entries(compact(object)).filter(([name]) => !name.startsWith('x-')));
}
