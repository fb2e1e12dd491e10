import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { type ResponseCache } from '@sluice/caching';
import { DEFAULT_STAGE } from '@sluice/contracts';
import { canonicalPath } from '@sluice/routing';
import { readDirectives } from '../../data-plane/cache/cache-directives';
import { CachedRoute } from '../../data-plane/cache/cached-route';
import { visibleRequest } from '../../data-plane/cache/visible-request';
import { matchRoute, refuseUnmatched } from '../../data-plane/handlers/match-route';
import { type ConfigurationStore } from '../../configuration/configuration-store';
import { RequestContext, type Routed } from '../../data-plane/request-context';
import { readHeaders } from '../../data-plane/request-headers';
import { NO_ROUTE_KEY } from '../../data-plane/routes/compile-api';
import { type FunctionTargets } from '../../data-plane/routes/function-targets';
import { type RouteDirectory } from '../../data-plane/routes/route-directory';
import { type PublicAddress } from '../public-address';
import { requireStage } from './require-stage';

export interface PreviewedRequest {
  readonly method: string;
  /** Below the API's address, with its query. */
  readonly target: string;
  /** Name, value, … */
  readonly headers: readonly string[];
}

/** What the cache would make of a request, without making it. */
export class CachePreviewService {
  constructor(
    private readonly options: {
      readonly routes: RouteDirectory;
      readonly targets: FunctionTargets;
      readonly cache: ResponseCache;
      readonly configuration: ConfigurationStore;
      readonly address: PublicAddress;
      readonly nowMs: () => number;
    },
  ) {}

  /** @throws SluiceError API_NOT_FOUND · STAGE_NOT_FOUND · BAD_REQUEST for a path that no request could have · ROUTE_NOT_FOUND */
  preview(api: string, stage: string, { method, target, headers }: PreviewedRequest): object {
    requireStage(this.options.configuration, api, stage);
    const stagePath = stage === DEFAULT_STAGE ? '' : `/${stage}`;
    const { path, rawQuery } = canonicalPath(`/${api}${stagePath}${target}`);
    const context = contextOf(method, path, rawQuery, withHost(headers, new URL(this.options.address.url).host));
    return this.explained(matchRoute(this.options.routes, context));
  }

  private explained(context: Routed): object {
    const { route, method } = context;
    if (route.routeKey === NO_ROUTE_KEY) refuseUnmatched();
    const settings = route.cache;
    const about = { route: route.routeKey, deploymentId: route.deploymentId };
    if (settings === null) return { ...about, cached: false, reason: 'The route has no cache.' };
    const methods: readonly string[] = settings.methods;
    const keptUnder = method === 'HEAD' && methods.includes('GET') ? 'GET' : method;
    if (!methods.includes(keptUnder))
      return { ...about, cached: false, reason: `Answers to ${methods.join(', ')} are kept.` };
    const directives = readDirectives(context.headers.raw);
    if (directives.range) return { ...about, cached: false, reason: 'A request for a part of an answer passes by.' };
    const cached = new CachedRoute(route, settings, this.options);
    const visible = visibleRequest(context, cached.visibilityOf(context, cached.keyedHeaders));
    const asksWhoIsThere = (route.definition.authorization ?? 'NONE') !== 'NONE';
    return {
      ...about,
      cached: true,
      ttlSeconds: settings.ttlSeconds,
      key: {
        method: keptUnder,
        path: context.routedPath,
        query: visible.rawQuery,
        headers: byName(visible.headers.raw),
        identity: asksWhoIsThere ? 'the caller' : directives.authorization === '' ? 'anybody' : 'the credentials sent',
      },
      needsConsent: cached.needsConsent(directives, cached.keyedHeaders),
      // Who is there is only known of a request.
      held: asksWhoIsThere ? 'unknown' : this.held(cached.keyOf(context, keptUnder, directives)),
    };
  }

  private held(key: string): 'fresh' | 'stale' | 'no' {
    const nowMs = this.options.nowMs();
    const response = this.options.cache.find(key, nowMs);
    return response === null ? 'no' : nowMs < response.freshUntilMs ? 'fresh' : 'stale';
  }
}

function contextOf(method: string, path: string, rawQuery: string, headers: readonly string[]): RequestContext {
  const request = new IncomingMessage(new Socket());
  request.httpVersion = '1.1';
  return new RequestContext(
    request,
    new ServerResponse(request),
    '',
    0,
    0,
    method,
    path,
    rawQuery,
    readHeaders(headers),
    '',
  );
}

/** A request that is sent to the API's own address, unless it says otherwise. */
function withHost(headers: readonly string[], host: string): readonly string[] {
  return headers.some((name, index) => index % 2 === 0 && name.toLowerCase() === 'host')
    ? headers
    : ['host', host, ...headers];
}

function byName(raw: readonly string[]): Record<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] as string).toLowerCase();
    const present = headers.get(name);
    headers.set(name, present === undefined ? (raw[index + 1] as string) : `${present}, ${raw[index + 1]}`);
  }
  return Object.fromEntries(headers);
}
