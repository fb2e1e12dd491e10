import { type ApiStyle } from '@sluice/contracts';
import { type AccessLog } from '../access-log/access-logs';
import { type Handler } from '../request-pipeline';
import { type RouteMetrics } from '../request-metrics';
import { type Tracer } from '../tracing/tracer';
import { type RouteBlueprint } from './route-blueprint';

/** Which set of AWS's bodies, statuses and headers a route answers with. */
export type ResponseStyle = ApiStyle | 'function-url';

/** A route with everything prepared that does not change from request to request. */
export interface CompiledRoute extends RouteBlueprint {
  /** The steps this route needs, in order. An answer before `replyAt` skips to there. */
  readonly handlers: readonly Handler[];
  readonly replyAt: number;
  readonly metrics: RouteMetrics;
  /** null = its stage wants none. */
  readonly accessLog: AccessLog | null;
  /** null = no spans are recorded. */
  readonly tracer: Tracer | null;
  /** Fields of the access-log line and of the event that are the same for every request, as JSON text. */
  readonly logFields: string;
  readonly routeKeyJson: string;
  readonly stageVariablesJson: string;
  /** What a 1.0 event's `requestContext` says on stages with a canary, after a comma; '' on others. */
  readonly canaryJson: string;
}
