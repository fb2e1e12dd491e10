import {
  DEFAULT_STAGE,
  LIMITS,
  type ApiDefinition,
  type ApiRecord,
  type CacheSetting,
  type CacheSettings,
  type FunctionUrlAuth,
  type PolicyDocument,
  type RouteDefinition,
  type StageRecord,
} from '@sluice/contracts';
import { setImmediate } from 'node:timers/promises';
import { keyedRoutes, RouteTable } from '@sluice/routing';
import { type CanaryWatch } from '../canary/canary-watch';
import { type PipelineParts } from '../pipeline-parts';
import { documentationRoutes } from '../documentation/documentation-routes';
import { compileHandlers, documentationSteps, UNMATCHED, type Step } from '../request-pipeline';
import { stageDimension, type RequestMetrics } from '../request-metrics';
import { type StepTimes } from '../step-times';
import { type CompiledRoute, type ResponseStyle } from './compiled-route';
import { type RouteBlueprint, type StageBlueprint } from './route-blueprint';

/** A deployment as one stage, or its canary, serves it. */
export interface CompiledDeployment {
  readonly style: ApiDefinition['apiStyle'];
  readonly table: RouteTable<{ readonly route: string; readonly compiled: CompiledRoute }>;
  /** Answers what no route matches, on behalf of the API: counted and logged as its own, with its CORS headers. */
  readonly unmatched: CompiledRoute;
}

export interface CompiledStage {
  /** What it was compiled from: another stage with the same would come out the same. */
  readonly source: string;
  readonly base: CompiledDeployment;
  readonly canary: { readonly deployment: CompiledDeployment; readonly percentTraffic: number } | null;
}

export interface CompileOptions {
  readonly canaries: CanaryWatch;
  readonly parts: PipelineParts;
  readonly metrics: RequestMetrics;
  readonly stepTimes: StepTimes | null;
}

/** Everything one stage of an API needs to serve requests; `present` again where nothing of it has changed. */
export async function compileStage(
  record: ApiRecord,
  name: string,
  settings: StageRecord,
  present: CompiledStage | undefined,
  options: CompileOptions,
): Promise<CompiledStage> {
  const { canary, variables } = settings;
  // Deployments never change, so that their ids, which the settings have, stand for them.
  const source = JSON.stringify(settings);
  if (present?.source === source) return present;
  const counts = options.canaries.countsOf(record.name, name, canary);
  const stage = { name, variables, canary: false, settings, counts: counts?.base ?? null };
  const base = await compileDeployment(record, settings.deploymentId, stage, options);
  if (canary === undefined) return { source, base, canary: null };
  const ofCanary = { ...variables, ...canary.variables };
  const canaryStage = { name, variables: ofCanary, canary: true, settings, counts: counts?.canary ?? null };
  const deployment = await compileDeployment(record, canary.deploymentId, canaryStage, options);
  return { source, base, canary: { deployment, percentTraffic: canary.percentTraffic } };
}

/** In turns: requests are answered while an API of thousands of routes is compiled. */
async function compileDeployment(
  record: ApiRecord,
  deploymentId: string,
  stage: StageBlueprint,
  options: CompileOptions,
): Promise<CompiledDeployment> {
  const definition = record.deployments[deploymentId]?.definition;
  if (definition === undefined) throw new Error(`the API ${record.name} lacks its deployment ${deploymentId}`);
  const compile = (route: RouteDefinition, steps?: readonly Step[]): CompiledRoute =>
    compileRoute(blueprintOf(record.name, deploymentId, stage, definition, route), options, steps);
  const routes: { route: string; compiled: CompiledRoute }[] = [];
  for (const route of definition.routes) {
    routes.push({ route: route.route, compiled: compile(route) });
    if (routes.length % ROUTES_PER_TURN === 0) await setImmediate();
  }
  for (const { definition: route, answer } of documentationRoutes(record.name, definition)) {
    routes.push({ route: route.route, compiled: compile(route, documentationSteps(answer)) });
  }
  const unmatched = compile(NO_ROUTE, UNMATCHED);
  const style = definition.apiStyle;
  const keyed = keyedRoutes(routes, { style });
  if (routes.length > ROUTES_PER_TURN) await setImmediate();
  return { style, table: new RouteTable(keyed, style), unmatched };
}

/** A few milliseconds of compiling. */
const ROUTES_PER_TURN = 500;

/** Under this key metrics and logs have what no route matched. No route that is declared can have it. */
export const NO_ROUTE_KEY = '-';
const NO_ROUTE: RouteDefinition = { route: NO_ROUTE_KEY, integration: { type: 'mock', statusCode: 404, headers: {} } };

function blueprintOf(
  apiName: string,
  deploymentId: string,
  stage: StageBlueprint,
  api: ApiDefinition,
  definition: RouteDefinition,
): RouteBlueprint {
  const over = stage.settings?.routes[definition.route];
  const { integration } = definition;
  return {
    style: api.apiStyle,
    apiName,
    deploymentId,
    stage,
    routeKey: definition.route,
    resource: resourceOf(definition.route),
    payloadFormat:
      (integration.type === 'function' ? integration.payloadFormat : undefined) ??
      (api.apiStyle === 'rest' ? '1.0' : '2.0'),
    timeoutMs: definition.timeoutMs ?? LIMITS.routeTimeoutMsDefault,
    definition,
    api,
    cache: cacheOf(over?.cache ?? definition.cache ?? stage.settings?.cache ?? api.cache),
    throttle: over?.throttle ?? definition.throttle ?? null,
  };
}

function cacheOf(setting: CacheSetting | undefined): CacheSettings | null {
  return setting === undefined || setting === false || setting.ttlSeconds === 0 ? null : setting;
}

/** Who may call a function URL. */
export interface FunctionUrlAccess {
  readonly auth: FunctionUrlAuth;
  readonly resourcePolicy: PolicyDocument | undefined;
}

/** The one route of a function URL: everything below its mount. */
export function compileFunctionUrl(
  functionName: string,
  { auth, resourcePolicy }: FunctionUrlAccess,
  options: CompileOptions,
): CompiledRoute {
  const definition: RouteDefinition = {
    route: '$default',
    integration: { type: 'function', function: functionName },
    authorization: auth,
  };
  return compileRoute(
    {
      style: 'function-url',
      apiName: functionName,
      deploymentId: '',
      stage: { name: DEFAULT_STAGE, variables: {}, canary: false, settings: null, counts: null },
      routeKey: '$default',
      resource: '$default',
      payloadFormat: '2.0',
      timeoutMs: LIMITS.functionTimeoutMsMax,
      definition,
      api: { apiStyle: 'http', routes: [definition], ...(resourcePolicy === undefined ? {} : { resourcePolicy }) },
      cache: null,
      throttle: null,
    },
    options,
  );
}

function compileRoute(
  route: RouteBlueprint,
  { parts, metrics, stepTimes }: CompileOptions,
  steps?: readonly Step[],
): CompiledRoute {
  const routeKeyJson = JSON.stringify(route.routeKey);
  const { stage } = route;
  const shownName = shownApiName(route.style, route.apiName);
  return {
    ...route,
    ...compileHandlers(route, parts, stepTimes, steps),
    accessLog: parts.accessLogs.of(stage.settings?.accessLog),
    tracer: parts.tracer,
    metrics: metrics.route(shownName, stageDimension(stage.name, stage.canary), route.routeKey),
    logFields: `"api":${JSON.stringify(shownName)},"stage":${JSON.stringify(stage.name)},"route":${routeKeyJson}`,
    routeKeyJson,
    stageVariablesJson: Object.keys(stage.variables).length === 0 ? '' : JSON.stringify(stage.variables),
    canaryJson: stage.settings?.canary === undefined ? '' : `,"isCanaryRequest":${stage.canary}`,
  };
}

/** What logs and metrics call an API, or the function of a function URL. */
function shownApiName(style: ResponseStyle, name: string): string {
  return style === 'function-url' ? `functions/${name}` : name;
}

/** The path of a route key; `$default` has none and is its own resource. */
function resourceOf(route: string): string {
  const slash = route.indexOf('/');
  return slash < 0 ? route : route.slice(slash);
}
