import { type ApiDefinition, type ApiStyle, parseApiDefinition, SluiceError } from '@sluice/contracts';
import { styleOfDocument } from './api-style';
import { importIntegration } from './import-integration';
import { type ImportFinding, ImportReport } from './import-report';
import { SchemaImport } from './import-schema';
import { importSecurity } from './import-security';
import { ValidationImport } from './import-validation';
import { type Json, type JsonObject, compact, inside, isObject, objectOf, textOf } from './json';
import { pointerToken, resolveReference } from './references';

/** Settings of ours that AWS's extensions have no word for: `x-sluice-api` at the root, `x-sluice-route` in an operation. `null` = absent. */
export const API_EXTENSION = 'x-sluice-api';
export const ROUTE_EXTENSION = 'x-sluice-route';
export const ANY_METHOD = 'x-amazon-apigateway-any-method';
/** The path AWS exports the `$default` route under. */
export const DEFAULT_ROUTE_PATH = '/$default';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', ANY_METHOD] as const;
const NOT_KEPT = ['x-amazon-apigateway-gateway-responses', 'x-amazon-apigateway-endpoint-configuration', 'webhooks'];

export interface ImportOptions {
  /** What becomes of the path of `servers[0].url`. */
  readonly basePath: 'ignore' | 'prepend';
  /** Of the API that the document is merged into; absent = as the document has it. */
  readonly apiStyle?: ApiStyle | undefined;
}

export interface ImportedApi {
  /** null when there are errors. */
  readonly definition: ApiDefinition | null;
  readonly findings: readonly ImportFinding[];
  readonly warnings: number;
}

/**
 * Reads an OpenAPI 3.0 or 3.1 document with API Gateway's extensions as an API
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html). Deliberately different: an error
 * anywhere refuses the whole document, and a security scheme that is not understood is an error.
 */
export function importDocument(document: JsonObject, options: ImportOptions = { basePath: 'ignore' }): ImportedApi {
  const report = new ImportReport();
  const version = textOf(document['openapi']);
  if (version === undefined || !/^3\.[01]\./.test(version)) {
    const old = document['swagger'] === undefined ? '' : '; convert Swagger 2.0 documents to OpenAPI 3 first';
    report.error('openapi', `must be "3.0.x" or "3.1.x"${old}`);
    return { definition: null, findings: report.findings, warnings: 0 };
  }
  for (const name of NOT_KEPT) if (document[name] !== undefined) report.warning(name, 'is not kept');
  const given = objectOf(document[API_EXTENSION]);
  const style =
    options.apiStyle ??
    (given['apiStyle'] === 'rest' ? 'rest' : given['apiStyle'] === 'http' ? 'http' : styleOfDocument(document));
  const security = importSecurity(document, report);
  const validation = new ValidationImport(document, new SchemaImport(document, report), report);
  const routes = operationsOf(document, options, report).flatMap((found) => {
    const { operation, pathItem, route, pointer, path } = found;
    const overrides = objectOf(operation[ROUTE_EXTENSION]);
    const integration =
      overrides['integration'] === undefined ? importIntegration(document, style, operation, path, report) : {};
    if (integration === null) return [];
    const validate = validation.ofOperation(operation, pathItem, pointer, path);
    const documentation = documentationOf(operation);
    const settings = { ...integration, ...security.ofOperation(operation, path), validate, documentation };
    return [compact({ ...withOverrides({ route, ...settings }, overrides) })];
  });
  const definition = withOverrides(
    { apiStyle: style, ...apiSettings(document, validation.models, security.authorizers), routes },
    given,
  );
  return finished(compact(definition), report);
}

interface FoundOperation {
  readonly operation: JsonObject;
  readonly pathItem: JsonObject;
  readonly route: string;
  readonly pointer: string;
  readonly path: string;
}

function operationsOf(document: JsonObject, { basePath }: ImportOptions, report: ImportReport): FoundOperation[] {
  const prefix = basePath === 'prepend' ? serverPath(document) : '';
  return Object.entries(compact(objectOf(document['paths']))).flatMap(([path, value]) => {
    const place = `paths.${path}`;
    if (path.startsWith('x-')) return [];
    const resolved = isObject(value) ? resolveReference(document, value) : null;
    if (resolved === null) {
      report.error(place, 'is no path item and leads to none in this document');
      return [];
    }
    const { value: pathItem, pointer } = resolved;
    if (pathItem['trace'] !== undefined)
      report.warning(inside(place, 'trace'), 'is left out: TRACE requests are never routed');
    return METHODS.flatMap((method) => {
      const operation = pathItem[method];
      if (!isObject(operation)) return [];
      const isDefault = path === DEFAULT_ROUTE_PATH && method === ANY_METHOD;
      const verb = method === ANY_METHOD ? 'ANY' : method.toUpperCase();
      return [
        {
          operation,
          pathItem,
          route: isDefault ? '$default' : `${verb} ${prefix}${path}`,
          pointer: `${pointer ?? `#/paths/${pointerToken(path)}`}/${method}`,
          path: inside(place, method),
        },
      ];
    });
  });
}

/** The path of the first server's URL, without its last slash; its variables with their defaults. */
function serverPath(document: JsonObject): string {
  const server = objectOf(Array.isArray(document['servers']) ? (document['servers'] as Json[])[0] : undefined);
  const variables = objectOf(server['variables']);
  const url = (textOf(server['url']) ?? '').replace(/\{([^{}]+)\}/g, (_variable, name: string) => {
    return textOf(objectOf(variables[name])['default']) ?? '';
  });
  const path = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '').replace(/\/+$/, '');
  return path === '' || path.startsWith('/') ? path : `/${path}`;
}

function documentationOf({ operationId, summary, description, tags }: JsonObject): JsonObject | undefined {
  const documentation = compact({ operationId, summary, description, tags });
  return Object.keys(documentation).length === 0 ? undefined : documentation;
}

function apiSettings(
  document: JsonObject,
  models: Readonly<Record<string, Json>>,
  authorizers: Readonly<Record<string, Json>>,
): JsonObject {
  const { title, version, description } = objectOf(document['info']);
  const cors = document['x-amazon-apigateway-cors'];
  const keySource = textOf(document['x-amazon-apigateway-api-key-source']);
  return {
    description,
    cors: isObject(cors) ? corsOf(cors) : undefined,
    authorizers: Object.keys(authorizers).length === 0 ? undefined : authorizers,
    models: Object.keys(models).length === 0 ? undefined : models,
    binaryMediaTypes: document['x-amazon-apigateway-binary-media-types'],
    minimumCompressionSizeBytes: document['x-amazon-apigateway-minimum-compression-size'],
    apiKeySource: keySource?.toUpperCase(),
    resourcePolicy: document['x-amazon-apigateway-policy'],
    documentation: { enabled: false, ...compact({ title, version }) },
  };
}

function corsOf({ maxAge, ...settings }: JsonObject): JsonObject {
  return { ...settings, maxAgeSeconds: maxAge };
}

function withOverrides(settings: JsonObject, overrides: JsonObject): JsonObject {
  const merged: Record<string, Json | undefined> = { ...settings };
  for (const [name, value] of Object.entries(overrides)) {
    if (value === null) delete merged[name];
    else merged[name] = value;
  }
  return merged;
}

/** The rules of an API definition are checked where they always are; what they find stands in the report like anything else. */
function finished(input: JsonObject, report: ImportReport): ImportedApi {
  let definition: ApiDefinition | null = null;
  try {
    definition = parseApiDefinition(input);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    for (const detail of error.details ?? []) if ('path' in detail) report.error(detail.path, detail.message);
  }
  return { definition: report.errors > 0 ? null : definition, findings: report.findings, warnings: report.warnings };
}
