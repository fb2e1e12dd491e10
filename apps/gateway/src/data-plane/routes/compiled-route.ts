import { type ApiStyle, type FunctionVersion, type PayloadFormat } from '@sluice/contracts';
import { type InvocationClient } from '@sluice/invocation';
import { type Handler } from '../request-pipeline';
import { type FunctionMetrics, type RouteMetrics } from '../request-metrics';

/** Which set of AWS's bodies, statuses and headers a route answers with. */
export type ResponseStyle = ApiStyle | 'function-url';

/** A function as routes see it; `version` follows every deployment of the function. */
export interface FunctionTarget {
  readonly functionName: string;
  readonly qualifier: string | undefined;
  version: FunctionVersion | null;
  readonly metrics: FunctionMetrics;
}

/** A route with everything prepared that does not change from request to request. */
export interface CompiledRoute {
  readonly style: ResponseStyle;
  readonly apiName: string;
  readonly deploymentId: string;
  readonly stage: string;
  /** First part of the public path that is no part of the event's path: `/{api}` or `/functions/{name}`. */
  readonly mount: string;
  readonly routeKey: string;
  /** The path part of the route key; `$default` has none. */
  readonly resource: string;
  readonly payloadFormat: PayloadFormat;
  readonly timeoutMs: number;
  readonly target: FunctionTarget;
  readonly invocations: InvocationClient;
  readonly handlers: readonly Handler[];
  readonly metrics: RouteMetrics;
  /** Fields of the access-log line and of the event that are the same for every request, as JSON text. */
  readonly logFields: string;
  readonly routeKeyJson: string;
}
