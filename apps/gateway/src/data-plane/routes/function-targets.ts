import { type FunctionVersion } from '@sluice/contracts';
import { type ConfigurationChange, type ConfigurationStore } from '../../configuration/configuration-store';
import { type FunctionMetrics, type RequestMetrics } from '../request-metrics';

/** A function as routes and authorizers see it; `version` follows every deployment of the function. */
export interface FunctionTarget {
  readonly functionName: string;
  readonly qualifier: string | undefined;
  /** null = there is no such function or version (any more). */
  version: FunctionVersion | null;
  readonly metrics: FunctionMetrics;
}

/** Every function that a route, function URL or authorizer leads to, resolved when the configuration changes. */
export class FunctionTargets {
  private readonly targets = new Map<string, FunctionTarget>();

  constructor(
    private readonly configuration: ConfigurationStore,
    private readonly metrics: RequestMetrics,
  ) {}

  get(functionName: string, qualifier?: string): FunctionTarget {
    const key = `${functionName}:${qualifier ?? ''}`;
    let target = this.targets.get(key);
    if (target === undefined) {
      const version = this.configuration.resolve(functionName, qualifier);
      target = { functionName, qualifier, version, metrics: this.metrics.function(functionName) };
      this.targets.set(key, target);
    }
    return target;
  }

  /** Must run before routes are compiled from the same change. */
  apply({ kind, name }: ConfigurationChange): void {
    if (kind !== 'all' && kind !== 'function') return;
    for (const target of this.targets.values()) {
      if (kind === 'function' && target.functionName !== name) continue;
      target.version = this.configuration.resolve(target.functionName, target.qualifier);
    }
    if (kind === 'function' && !this.configuration.functions.has(name)) this.metrics.forgetFunction(name);
  }
}
