import { LIMITS, type ApiRecord } from '@sluice/contracts';
import { type InvocationClient } from '@sluice/invocation';
import { compileRoutes, type RouteTable } from '@sluice/routing';
import { type ConfigurationChange, type ConfigurationStore } from '../../configuration/configuration-store';
import { compileHandlers } from '../request-pipeline';
import { type RequestMetrics } from '../request-metrics';
import { type StepTimes } from '../step-times';
import { type CompiledRoute, type FunctionTarget, type ResponseStyle } from './compiled-route';

/** The stage every API has; its name is no part of the public address. */
const DEFAULT_STAGE = '$default';
const FUNCTIONS_SEGMENT = 'functions';

export interface DirectoryMatch {
  readonly route: CompiledRoute;
  /** The path below the mount; at least `/`. */
  readonly path: string;
  readonly pathParameters: Readonly<Record<string, string>> | null;
}

interface CompiledApi {
  readonly style: ApiRecord['apiStyle'];
  readonly table: RouteTable<{ readonly route: string; readonly compiled: CompiledRoute }>;
  readonly targets: readonly FunctionTarget[];
}

interface FunctionUrl {
  readonly route: CompiledRoute;
  readonly target: FunctionTarget;
}

export interface RouteDirectoryOptions {
  readonly configuration: ConfigurationStore;
  readonly invocations: InvocationClient;
  readonly metrics: RequestMetrics;
  readonly stepTimes: StepTimes | null;
}

/**
 * Every route of every API and every function URL, compiled when the configuration changes, so that a request only looks up.
 * A change compiles only what it names.
 */
export class RouteDirectory {
  private readonly apis = new Map<string, CompiledApi>();
  private readonly functionUrls = new Map<string, FunctionUrl>();
  private stopListening: (() => void) | null = null;

  constructor(private readonly options: RouteDirectoryOptions) {}

  start(): void {
    this.apply({ kind: 'all', name: null });
    this.stopListening = this.options.configuration.onChange((change) => this.apply(change));
  }

  stop(): void {
    this.stopListening?.();
  }

  /** The route for a canonical public path, or null when there is none. */
  match(method: string, path: string): DirectoryMatch | null {
    const end = segmentEnd(path, 1);
    const first = path.slice(1, end);
    if (first === FUNCTIONS_SEGMENT) return this.matchFunctionUrl(path, end);
    const api = this.apis.get(first);
    if (api === undefined) return null;
    const routedPath = end === path.length ? '/' : path.slice(end);
    const match = api.table.match(method, routedPath);
    if (!match.matched) return null;
    const { compiled } = match.route;
    return {
      route: compiled,
      path: routedPath,
      pathParameters: hasEntries(match.pathParameters) ? match.pathParameters : null,
    };
  }

  /** How errors look at a path that no route matches. */
  styleOf(path: string): ResponseStyle {
    const first = path.slice(1, segmentEnd(path, 1));
    return first === FUNCTIONS_SEGMENT ? 'function-url' : (this.apis.get(first)?.style ?? 'http');
  }

  private matchFunctionUrl(path: string, functionsEnd: number): DirectoryMatch | null {
    const end = segmentEnd(path, functionsEnd + 1);
    const url = this.functionUrls.get(path.slice(functionsEnd + 1, end));
    return url === undefined
      ? null
      : { route: url.route, path: end === path.length ? '/' : path.slice(end), pathParameters: null };
  }

  private apply(change: ConfigurationChange): void {
    const { configuration, metrics } = this.options;
    if (change.kind === 'all') {
      for (const name of new Set([...this.functionUrls.keys(), ...configuration.functions.keys()]))
        this.applyFunction(name);
      for (const name of new Set([...this.apis.keys(), ...configuration.apis.keys()])) this.applyApi(name);
      for (const api of this.apis.values()) for (const target of api.targets) this.follow(target);
    } else if (change.kind === 'function') {
      this.applyFunction(change.name);
      for (const api of this.apis.values()) {
        for (const target of api.targets) if (target.functionName === change.name) this.follow(target);
      }
      if (!configuration.functions.has(change.name)) metrics.forgetFunction(change.name);
    } else this.applyApi(change.name);
  }

  private applyFunction(name: string): void {
    const version = this.options.configuration.resolve(name);
    if (version?.config.url === undefined) {
      this.functionUrls.delete(name);
      return;
    }
    const present = this.functionUrls.get(name);
    if (present !== undefined) return this.follow(present.target);
    const target = this.target(name, undefined);
    const mount = `/${FUNCTIONS_SEGMENT}/${name}`;
    this.functionUrls.set(name, {
      target,
      route: this.compile({
        style: 'function-url',
        apiName: name,
        deploymentId: '',
        mount,
        routeKey: '$default',
        resource: '$default',
        payloadFormat: '2.0',
        timeoutMs: LIMITS.functionTimeoutMsMax,
        target,
      }),
    });
  }

  private applyApi(name: string): void {
    const record = this.options.configuration.apis.get(name);
    if (record === undefined) {
      this.apis.delete(name);
      this.options.metrics.forgetApi(name);
      return;
    }
    const targets = new Map<string, FunctionTarget>();
    const routes = record.routes.map((definition) => {
      const { integration, route, timeoutMs } = definition;
      const targetKey = `${integration.function}:${integration.qualifier ?? ''}`;
      let target = targets.get(targetKey);
      if (target === undefined)
        targets.set(targetKey, (target = this.target(integration.function, integration.qualifier)));
      const compiled = this.compile({
        style: record.apiStyle,
        apiName: name,
        deploymentId: record.deploymentId,
        mount: `/${name}`,
        routeKey: route,
        resource: resourceOf(route),
        payloadFormat: integration.payloadFormat ?? (record.apiStyle === 'rest' ? '1.0' : '2.0'),
        timeoutMs: timeoutMs ?? LIMITS.routeTimeoutMsDefault,
        target,
      });
      return { route, compiled };
    });
    this.apis.set(name, {
      style: record.apiStyle,
      table: compileRoutes(routes, { style: record.apiStyle }),
      targets: [...targets.values()],
    });
  }

  private compile(
    route: Omit<CompiledRoute, 'handlers' | 'metrics' | 'invocations' | 'logFields' | 'routeKeyJson' | 'stage'>,
  ): CompiledRoute {
    const { invocations, metrics, stepTimes } = this.options;
    const routeKeyJson = JSON.stringify(route.routeKey);
    return {
      ...route,
      stage: DEFAULT_STAGE,
      invocations,
      handlers: compileHandlers(route, stepTimes),
      metrics: metrics.route(route.style === 'function-url' ? route.mount.slice(1) : route.apiName, route.routeKey),
      logFields: `"api":${JSON.stringify(route.style === 'function-url' ? route.mount.slice(1) : route.apiName)},"stage":"${DEFAULT_STAGE}","route":${routeKeyJson}`,
      routeKeyJson,
    };
  }

  private target(functionName: string, qualifier: string | undefined): FunctionTarget {
    const version = this.options.configuration.resolve(functionName, qualifier);
    return { functionName, qualifier, version, metrics: this.options.metrics.function(functionName) };
  }

  private follow(target: FunctionTarget): void {
    target.version = this.options.configuration.resolve(target.functionName, target.qualifier);
  }
}

function segmentEnd(path: string, start: number): number {
  const slash = path.indexOf('/', start);
  return slash < 0 ? path.length : slash;
}

/** The path of a route key; `$default` has none and is its own resource. */
function resourceOf(route: string): string {
  const slash = route.indexOf('/');
  return slash < 0 ? route : route.slice(slash);
}

function hasEntries(parameters: Readonly<Record<string, string>>): boolean {
  for (const _ in parameters) return true;
  return false;
}
