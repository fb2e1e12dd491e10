import {
  hasStageVariables,
  parseLocation,
  parseUpstreamUrl,
  SluiceError,
  variablesOf,
  type ApiDefinition,
  type ErrorDetail,
  type RouteDefinition,
  type ValidationSettings,
} from '@sluice/contracts';
import { parseRouteKey } from '@sluice/routing';
import { SchemaCompiler } from './schema-compiler';

const DETAILS_MAX = 100;

/**
 * What only the gateway can tell of an API's routes: that its JSON Schemas compile, and that the path variables of a url or location are
 * those of the route. Throws VALIDATION_FAILED naming each place.
 */
export function checkRoutes(definition: ApiDefinition): void {
  const { routes, models = {} } = definition;
  const schemas = new SchemaCompiler(models);
  const details: ErrorDetail[] = [];
  const check = (path: string, run: () => unknown): void => {
    try {
      run();
    } catch (error) {
      if (details.length < DETAILS_MAX) details.push({ path, message: (error as Error).message });
    }
  };
  for (const model of Object.keys(models)) check(`models.${model}`, () => schemas.body({ model }));
  routes.forEach((route, index) => {
    const path = `routes[${index}] (${route.route.slice(0, 100)})`;
    if (route.validate !== undefined) {
      checkSchemas(route.validate, `${path}.validate`, schemas, check);
      checkPathParameters(route.validate, route.route, `${path}.validate.path`, check);
    }
    checkVariables(route, `${path}.integration`, check);
  });
  const [first] = details;
  if (first === undefined) return;
  const message = `The API definition is not valid: ${'path' in first ? first.path : ''} ${first.message}.`;
  throw new SluiceError('VALIDATION_FAILED', message, { details });
}

type Check = (path: string, run: () => unknown) => void;

function checkSchemas(settings: ValidationSettings, path: string, schemas: SchemaCompiler, check: Check): void {
  for (const [type, schema] of Object.entries(settings.body ?? {}))
    check(`${path}.body.${type}`, () => schemas.body(schema));
  for (const place of ['query', 'headers', 'path'] as const) {
    for (const [name, { schema }] of Object.entries(settings[place] ?? {}))
      if (schema !== undefined) check(`${path}.${place}.${name}.schema`, () => schemas.parameter(schema));
  }
}

/** One that the route does not have would be missing from every request. */
function checkPathParameters(
  { path: declared = {} }: ValidationSettings,
  route: string,
  path: string,
  check: Check,
): void {
  for (const name of Object.keys(declared))
    check(`${path}.${name}`, () => {
      if (!pathVariablesOf(route).includes(name)) throw new RangeError('is no path variable of the route');
    });
}

function pathVariablesOf(route: string): string[] {
  const key = parseRouteKey(route);
  return key.kind === 'default' ? [] : key.segments.flatMap((segment) => ('name' in segment ? [segment.name] : []));
}

function checkVariables({ route, integration }: RouteDefinition, path: string, check: Check): void {
  if (integration.type !== 'http-proxy' && integration.type !== 'redirect') return;
  const isProxy = integration.type === 'http-proxy';
  const text = isProxy ? integration.url : integration.location;
  if (hasStageVariables(text)) return; // a stage fills them in, and is asked then
  check(`${path}.${isProxy ? 'url' : 'location'}`, () => {
    const template = isProxy ? parseUpstreamUrl(text).target : parseLocation(text);
    const known = pathVariablesOf(route);
    const unknown = variablesOf(template).find((name) => !known.includes(name));
    if (unknown !== undefined) throw new RangeError(`has {${unknown}}, which is no path variable of the route`);
  });
}
