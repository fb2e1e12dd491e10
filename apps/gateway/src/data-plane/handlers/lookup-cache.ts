import { isNotModified, notModifiedHeaders, parseCacheControl, slotOf, type StoredResponse } from '@sluice/caching';
import { CacheFetch, sayStatus } from '../cache/cache-fetch';
import { CachedRoute } from '../cache/cached-route';
import { readDirectives, type CacheDirectives } from '../cache/cache-directives';
import { GatewayRefusal } from '../gateway-refusal';
import { type PipelineParts } from '../pipeline-parts';
import { compileIntegrate } from './integrate';
import { addResponseHeader, type Routed } from '../request-context';
import { type Handler } from '../request-pipeline';
import { type RouteBlueprint } from '../routes/route-blueprint';

const IGNORED_WARNING = '199 sluice "Cache-Control was ignored: this caller may not invalidate the cache"';

/**
 * Answers from the cache of the route, or fetches the answer for it (RFC 9111; the directives of a request as API Gateway takes them). For a request
 * whose answer may be kept this step calls the integration itself, with a request that shows nothing but what is in the key.
 */
export function compileLookupCache(route: RouteBlueprint, parts: PipelineParts): Handler | null {
  const { cache: settings } = route;
  if (settings === null) return null;
  const methods = new Set<string>(settings.methods);
  // A HEAD is answered from what is kept of the GET.
  if (methods.has('GET')) methods.add('HEAD');
  const routeMethod = route.routeKey.slice(0, Math.max(0, route.routeKey.indexOf(' ')));
  if (routeMethod !== '' && routeMethod !== 'ANY' && !methods.has(routeMethod)) return null;
  const { cache } = parts;
  const cached = new CachedRoute(route, settings, parts);
  const fetch = new CacheFetch(cache, cached, compileIntegrate(route, parts), route.timeoutMs);
  const headFromGet = settings.methods.includes('GET');

  return (context) => {
    const { method } = context;
    if (!methods.has(method)) return;
    const directives = readDirectives(context.headers.raw);
    // A part of an answer is not kept, and a body that nobody has read is in no key.
    if (directives.range || (directives.announcesBody && context.body.length === 0)) return bypass(context);
    const wish = directives.cacheControl === '' ? null : wishOf(context, cached, directives.cacheControl);
    if (wish === 'no-store') return bypass(context);
    const by = { directives, keyed: cached.keyedHeaders, rawHeaders: context.headers.raw };
    const key = cached.keyOf(context, method === 'HEAD' && headFromGet ? 'GET' : method, directives);
    if (wish !== 'replace') {
      const found = cache.find(key, context.receivedAtMs);
      if (found !== null) {
        answerWith(context, found, directives);
        if (context.cacheStatus === 'STALE') fetch.inBackground(context, found, by);
        return;
      }
    }
    const slot = slotOf(key, cached.groupOf(context.routedPath), cached.scope);
    return fetch.answer(context, slot, by, wish === 'replace').then((stored) => {
      if (stored !== null) answerWith(context, stored, directives);
    });
  };
}

/** Answers with what is kept, or with 304 where the client has it. */
function answerWith(context: Routed, stored: StoredResponse, directives: CacheDirectives): void {
  const nowMs = Math.max(context.receivedAtMs, stored.bornAtMs);
  const answer = stored.hitAt(nowMs);
  context.cacheStatus = nowMs < stored.freshUntilMs ? 'HIT' : 'STALE';
  const { ifNoneMatch, ifModifiedSince } = directives;
  context.answer =
    (ifNoneMatch !== '' || ifModifiedSince !== '') &&
    stored.content.status === 200 &&
    isNotModified(ifNoneMatch, ifModifiedSince, stored.content)
      ? { status: 304, headers: notModifiedHeaders(answer.headers), body: '' }
      : context.route.api.minimumCompressionSizeBytes === undefined
        ? answer
        : { ...answer, body: stored.content.body }; // compress knows kept bytes by their Buffer
}

/** What a request's Cache-Control asks for and this caller may have: a new answer that is kept, one that is not, or nothing. */
function wishOf(context: Routed, { settings }: CachedRoute, cacheControl: string): 'replace' | 'no-store' | null {
  const control = parseCacheControl(cacheControl);
  const replace = control.has('no-cache') || control.get('max-age') === '0';
  if (!replace && !control.has('no-store')) return null;
  if (!settings.requireAuthorizationForInvalidation || context.authorization.mayInvalidateCache)
    return control.has('no-store') ? 'no-store' : 'replace';
  switch (settings.unauthorizedInvalidation) {
    case 'FAIL_WITH_403':
      throw new GatewayRefusal(
        'AUTHORIZER_DENIED',
        'Invalidating the cache takes the action execute-api:InvalidateCache; send the request without Cache-Control.',
      );
    case 'SUCCEED_WITH_RESPONSE_HEADER':
      addResponseHeader(context, 'warning', IGNORED_WARNING);
      return null;
    case 'SUCCEED_WITHOUT_RESPONSE_HEADER':
      return null;
  }
}

function bypass(context: Routed): void {
  sayStatus(context, 'BYPASS', 'sluice; fwd=bypass');
}
