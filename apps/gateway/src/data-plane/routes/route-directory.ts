import { DEFAULT_STAGE, type PolicyDocument } from '@sluice/contracts';
import { type ConfigurationChange, type ConfigurationStore } from '../../configuration/configuration-store';
import { type Received } from '../request-context';
import {
  compileFunctionUrl,
  compileStage,
  type CompiledDeployment,
  type CompiledStage,
  type CompileOptions,
} from './compile-api';
import { type CompiledRoute, type ResponseStyle } from './compiled-route';
import { DomainTable } from './domain-table';

const FUNCTIONS_PREFIX = '/functions/';

export interface DirectoryMatch {
  readonly route: CompiledRoute;
  readonly mount: string;
  /** `/{stage}` where the public path names a stage; '' where it does not. */
  readonly stagePath: string;
  /** The path below mount and stage; at least `/`. */
  readonly path: string;
  readonly pathParameters: Readonly<Record<string, string>> | null;
}

/** An API with a request's stage chosen. */
interface ChosenStage {
  readonly stage: CompiledStage;
  readonly mount: string;
  readonly stagePath: string;
  readonly path: string;
}

export interface RouteDirectoryOptions extends CompileOptions {
  readonly configuration: ConfigurationStore;
  readonly onError: (message: string, error: unknown) => void;
}

/**
 * Every route of every API and every function URL, compiled when the configuration changes, so that a request only looks up.
 * A change compiles only what it names.
 */
export class RouteDirectory {
  private readonly apis = new Map<string, ReadonlyMap<string, CompiledStage>>();
  private readonly functionUrls = new Map<string, CompiledRoute>();
  private readonly domains = new DomainTable();
  private stopListening: (() => void) | null = null;
  private following: Promise<void> = Promise.resolve();

  constructor(private readonly options: RouteDirectoryOptions) {}

  /** Resolves when everything that is configured can be found. */
  async start(): Promise<void> {
    this.stopListening = this.options.configuration.onChange((change) => this.follow(change));
    await this.follow({ kind: 'all', name: null });
  }

  stop(): void {
    this.stopListening?.();
  }

  /** The route for a request, or null when there is none. */
  match(request: Pick<Received, 'method' | 'path' | 'headers'>): DirectoryMatch | null {
    if (this.isFunctionUrl(request)) return this.matchFunctionUrl(request.path);
    const chosen = this.choose(request);
    if (chosen === null) return null;
    const { mount, stagePath, path } = chosen;
    const { table, unmatched } = deploymentOf(chosen.stage);
    const match = table.match(request.method, path);
    if (!match.matched) return { route: unmatched, mount, stagePath, path, pathParameters: null };
    const pathParameters = hasEntries(match.pathParameters) ? match.pathParameters : null;
    return { route: match.route.compiled, mount, stagePath, path, pathParameters };
  }

  /** How errors look at a path that no route matches. */
  styleOf(request: Pick<Received, 'path' | 'headers'>): ResponseStyle {
    if (this.isFunctionUrl(request)) return 'function-url';
    return this.choose(request)?.stage.base.style ?? 'http';
  }

  /** Whether requests to this host belong to a custom domain, on which no path is the platform's. */
  isCustomDomain(host: string): boolean {
    return this.domains.has(host);
  }

  private isFunctionUrl({ path, headers }: Pick<Received, 'path' | 'headers'>): boolean {
    return path.startsWith(FUNCTIONS_PREFIX) && !this.domains.has(headers.host);
  }

  /** On a custom domain its mappings alone decide: nothing there falls to the paths of other hosts. */
  private choose({ path, headers }: Pick<Received, 'path' | 'headers'>): ChosenStage | null {
    const match = this.domains.match(headers.host, path);
    if (match === undefined) return this.chooseByPath(path);
    if (match === null) return null;
    const { mapping, mountChars } = match;
    const stage = this.apis.get(mapping.api)?.get(mapping.stage);
    if (stage === undefined) return null;
    return { stage, mount: path.slice(0, mountChars), stagePath: '', path: below(path, mountChars) };
  }

  /** AWS: the stage first, an explicit one before `$default`. */
  private chooseByPath(path: string): ChosenStage | null {
    const end = segmentEnd(path, 1);
    const stages = this.apis.get(path.slice(1, end));
    if (stages === undefined) return null;
    const mount = path.slice(0, end);
    const ofDefault = stages.get(DEFAULT_STAGE);
    // Most APIs have no other: their paths need no second look.
    if ((stages.size > 1 || ofDefault === undefined) && end < path.length) {
      const stageEnd = segmentEnd(path, end + 1);
      const name = path.slice(end + 1, stageEnd);
      const stage = name === DEFAULT_STAGE ? undefined : stages.get(name);
      if (stage !== undefined) {
        return { stage, mount, stagePath: path.slice(end, stageEnd), path: below(path, stageEnd) };
      }
    }
    return ofDefault === undefined ? null : { stage: ofDefault, mount, stagePath: '', path: below(path, end) };
  }

  private matchFunctionUrl(path: string): DirectoryMatch | null {
    const end = segmentEnd(path, FUNCTIONS_PREFIX.length);
    const route = this.functionUrls.get(path.slice(FUNCTIONS_PREFIX.length, end));
    if (route === undefined) return null;
    return { route, mount: path.slice(0, end), stagePath: '', path: below(path, end), pathParameters: null };
  }

  /** One change after the other, in the order they came: what is compiled last is what was written last. */
  private follow(change: ConfigurationChange): Promise<void> {
    this.following = this.following
      .then(() => this.apply(change))
      .catch((error: unknown) => this.options.onError('a change of the configuration cannot be followed', error));
    return this.following;
  }

  private async apply(change: ConfigurationChange): Promise<void> {
    const { configuration, parts } = this.options;
    parts.targets.apply(change);
    if (change.kind === 'all') {
      for (const name of new Set([...this.functionUrls.keys(), ...configuration.functions.keys()]))
        this.applyFunction(name);
      for (const name of new Set([...this.apis.keys(), ...configuration.apis.keys()])) await this.applyApi(name);
      for (const name of new Set([...this.domains.names(), ...configuration.records('domain').keys()]))
        this.applyDomain(name);
    } else if (change.kind === 'function') this.applyFunction(change.name);
    else if (change.kind === 'api') await this.applyApi(change.name);
    else if (change.kind === 'domain') this.applyDomain(change.name);
  }

  private applyDomain(name: string): void {
    const record = this.options.configuration.records('domain').get(name);
    if (record === undefined) this.domains.delete(name);
    else this.domains.set(record);
  }

  private applyFunction(name: string): void {
    const { configuration } = this.options;
    const url = configuration.resolve(name)?.config.url;
    if (url === undefined) return void this.functionUrls.delete(name);
    const { auth } = url;
    const resourcePolicy = configuration.functions.get(name)?.resourcePolicy;
    const present = this.functionUrls.get(name);
    // Everything else about the function is followed by its target.
    if (present?.definition.authorization === auth && samePolicy(present.api.resourcePolicy, resourcePolicy)) return;
    this.functionUrls.set(name, compileFunctionUrl(name, { auth, resourcePolicy }, this.options));
  }

  /** An API that does not compile, which a newer program may have written, stays what it was: all others go on being followed. */
  private async applyApi(name: string): Promise<void> {
    try {
      await this.compileApi(name);
    } catch (error) {
      this.options.onError(`the API ${name} cannot be compiled; serving what it was`, error);
    }
  }

  private async compileApi(name: string): Promise<void> {
    const record = this.options.configuration.apis.get(name);
    if (record === undefined) {
      this.apis.delete(name);
      this.options.metrics.forgetApi(name);
      return;
    }
    const present = this.apis.get(name);
    const stages = new Map<string, CompiledStage>();
    for (const [stage, settings] of Object.entries(record.stages)) {
      stages.set(stage, await compileStage(record, stage, settings, present?.get(stage), this.options));
    }
    this.apis.set(name, stages);
  }
}

/** Which deployment a request gets: a share of them the canary's, at random. */
function deploymentOf({ base, canary }: CompiledStage): CompiledDeployment {
  return canary !== null && Math.random() * 100 < canary.percentTraffic ? canary.deployment : base;
}

/** The path from `end` on; never empty. */
function below(path: string, end: number): string {
  return end === path.length ? '/' : path.slice(end);
}

/** Every change of a function brings its whole record anew. */
function samePolicy(present: PolicyDocument | undefined, next: PolicyDocument | undefined): boolean {
  return present === next || JSON.stringify(present) === JSON.stringify(next);
}

function segmentEnd(path: string, start: number): number {
  const slash = path.indexOf('/', start);
  return slash < 0 ? path.length : slash;
}

function hasEntries(parameters: Readonly<Record<string, string>>): boolean {
  for (const _ in parameters) return true;
  return false;
}
