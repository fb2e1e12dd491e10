import {
  type ApiDefinition,
  type CacheSettings,
  type PayloadFormat,
  type RouteDefinition,
  type StageRecord,
  type ThrottleSettings,
} from '@sluice/contracts';
import { type VariantCounts } from '../canary/variant-counts';
import { type ResponseStyle } from './compiled-route';

/** Everything that is known of a route when its deployment is compiled: what the steps of the pipeline prepare themselves from. */
export interface RouteBlueprint {
  readonly style: ResponseStyle;
  /** The API, or the function of a function URL. */
  readonly apiName: string;
  readonly deploymentId: string;
  readonly stage: StageBlueprint;
  readonly routeKey: string;
  /** The path part of the route key; `$default` has none and is its own resource. */
  readonly resource: string;
  readonly payloadFormat: PayloadFormat;
  readonly timeoutMs: number;
  /** The route and the API as declared; those of a function URL are made up to match. */
  readonly definition: RouteDefinition;
  readonly api: ApiDefinition;
  /** What holds for this route, whoever said it: stage route, route, stage, API, in that order. null = not cached, no limit. */
  readonly cache: CacheSettings | null;
  readonly throttle: ThrottleSettings | null;
}

export interface StageBlueprint {
  readonly name: string;
  /** With the canary's own over the stage's. */
  readonly variables: Readonly<Record<string, string>>;
  readonly canary: boolean;
  /** null = a function URL has no stage. */
  readonly settings: StageRecord | null;
  /** Where requests are counted while a canary is judged by them; null = none is. */
  readonly counts: VariantCounts | null;
}
