import { LIMITS } from './limits';
import { SluiceError, type ErrorDetail } from './sluice-error';

/** Which of AWS's two products decides error bodies and payload defaults. */
export type ApiStyle = 'rest' | 'http';
export type PayloadFormat = '1.0' | '2.0';

export interface FunctionIntegration {
  readonly type: 'function';
  readonly function: string;
  /** A version or alias; absent = `$LATEST`. */
  readonly qualifier?: string;
  /** Absent = 2.0 on `http` APIs, 1.0 on `rest` APIs. */
  readonly payloadFormat?: PayloadFormat;
}

export interface RouteDefinition {
  /** A route key: `GET /hello/{name}`, `ANY /files/{path+}`, `$default`. */
  readonly route: string;
  readonly integration: FunctionIntegration;
  readonly timeoutMs?: number;
}

/** What `PUT /v1/apis/{api}` takes: the whole API. */
export interface ApiDefinition {
  readonly apiStyle: ApiStyle;
  readonly routes: readonly RouteDefinition[];
}

/** An API as every gateway holds it in memory. */
export interface ApiRecord extends ApiDefinition {
  readonly schema: 1;
  readonly name: string;
  /** Names the immutable deployment this record is. */
  readonly deploymentId: string;
  readonly createdAt: string;
}

/**
 * Checks the shape of an API definition; route keys and function names are checked by who knows them.
 * Throws VALIDATION_FAILED with one detail per bad field, naming the route.
 */
export function parseApiDefinition(input: unknown): ApiDefinition {
  const details: ErrorDetail[] = [];
  const body = asObject(input);
  if (body === null) throw invalid([{ path: '', message: 'must be a JSON object with "routes"' }]);
  for (const field of unknownFields(body, ['routes', 'apiStyle']))
    details.push({ path: field, message: 'is not a setting of an API' });
  const apiStyle = body['apiStyle'] ?? 'http';
  if (apiStyle !== 'http' && apiStyle !== 'rest')
    details.push({ path: 'apiStyle', message: 'must be "http" or "rest"' });
  const list = body['routes'];
  const routes: RouteDefinition[] = [];
  if (!Array.isArray(list)) details.push({ path: 'routes', message: 'must be an array' });
  else if (list.length > LIMITS.routesPerApiMax)
    details.push({ path: 'routes', message: `has ${list.length} routes; at most ${LIMITS.routesPerApiMax}` });
  else list.forEach((entry, index) => parseRoute(entry, `routes[${index}]`, routes, details));
  if (details.length > 0) throw invalid(details);
  return { apiStyle: apiStyle as ApiStyle, routes };
}

function parseRoute(entry: unknown, path: string, routes: RouteDefinition[], details: ErrorDetail[]): void {
  const before = details.length;
  const route = asObject(entry);
  if (route === null) return void details.push({ path, message: 'must be an object with "route" and "integration"' });
  const name = typeof route['route'] === 'string' ? `${path} (${route['route'].slice(0, 100)})` : path;
  for (const field of unknownFields(route, ['route', 'integration', 'timeoutMs']))
    details.push({ path: `${name}.${field}`, message: 'is not a setting of a route' });
  if (typeof route['route'] !== 'string')
    details.push({ path: `${path}.route`, message: 'must be a route key such as "GET /hello/{name}"' });
  const timeoutMs = route['timeoutMs'];
  if (
    timeoutMs !== undefined &&
    !(Number.isInteger(timeoutMs) && (timeoutMs as number) >= 50 && (timeoutMs as number) <= LIMITS.routeTimeoutMsMax)
  ) {
    details.push({ path: `${name}.timeoutMs`, message: `must be an integer from 50 to ${LIMITS.routeTimeoutMsMax}` });
  }
  const integration = asObject(route['integration']);
  if (integration === null)
    return void details.push({
      path: `${name}.integration`,
      message: 'must be an object such as { "type": "function", "function": "hello" }',
    });
  for (const field of unknownFields(integration, ['type', 'function', 'qualifier', 'payloadFormat']))
    details.push({ path: `${name}.integration.${field}`, message: 'is not a setting of an integration' });
  if (integration['type'] !== 'function')
    details.push({ path: `${name}.integration.type`, message: 'must be "function"' });
  if (typeof integration['function'] !== 'string')
    details.push({ path: `${name}.integration.function`, message: 'must be the name of a function' });
  const qualifier = integration['qualifier'];
  if (qualifier !== undefined && typeof qualifier !== 'string')
    details.push({ path: `${name}.integration.qualifier`, message: 'must be a string' });
  const payloadFormat = integration['payloadFormat'];
  if (payloadFormat !== undefined && payloadFormat !== '1.0' && payloadFormat !== '2.0')
    details.push({ path: `${name}.integration.payloadFormat`, message: 'must be "1.0" or "2.0"' });
  if (details.length > before) return;
  routes.push({
    route: route['route'] as string,
    integration: {
      type: 'function',
      function: integration['function'] as string,
      ...(qualifier === undefined ? {} : { qualifier: qualifier as string }),
      ...(payloadFormat === undefined ? {} : { payloadFormat: payloadFormat as PayloadFormat }),
    },
    ...(timeoutMs === undefined ? {} : { timeoutMs: timeoutMs as number }),
  });
}

function asObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

function unknownFields(object: Record<string, unknown>, known: readonly string[]): string[] {
  return Object.keys(object).filter((field) => !known.includes(field));
}

function invalid(details: readonly ErrorDetail[]): SluiceError {
  return new SluiceError('VALIDATION_FAILED', 'The API definition is not valid.', { details });
}
