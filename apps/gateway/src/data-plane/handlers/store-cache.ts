import { groupOf } from '@sluice/caching';
import { type ApiDefinition } from '@sluice/contracts';
import { withoutTags } from '../cache/storable-answer';
import { type PipelineParts } from '../pipeline-parts';
import { type Routed } from '../request-context';
import { type Handler } from '../request-pipeline';
import { type RouteBlueprint } from '../routes/route-blueprint';

/** RFC 9110 §9.2.1; what is neither safe nor one of these is unsafe as well. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * What an answer that came from the integration means for the cache of its stage: after an unsafe request that succeeded, nothing of its path, and of the
 * paths its Location and Content-Location name, is answered from what was kept before (RFC 9111 §4.4), whichever route keeps it. Answers of the cache itself
 * pass by.
 */
export function compileStoreCache(route: RouteBlueprint, { cache }: PipelineParts): Handler | null {
  const { apiName, cache: settings, stage } = route;
  const method = route.routeKey.slice(0, Math.max(0, route.routeKey.indexOf(' ')));
  if (settings === null && (SAFE.has(method) || !keepsAnything(route))) return null;
  // A method whose answers are kept is one that the operator calls safe.
  const safe = new Set<string>([...SAFE, ...(settings?.methods ?? [])]);
  return (context) => {
    if (context.cacheStatus !== '' && context.cacheStatus !== 'BYPASS') return;
    context.answer = withoutTags(context.answer);
    if (safe.has(context.method) || context.answer.status >= 400) return;
    const outdated = pathsOf(context).map((path) => cache.outdate(groupOf(apiName, stage.name, path)));
    return Promise.all(outdated).then(() => undefined);
  };
}

/** By definition: asked once for each of its routes. */
const keepingApis = new WeakMap<ApiDefinition, boolean>();

/** Whether any route of the stage may keep answers. */
function keepsAnything({ api, stage: { settings } }: RouteBlueprint): boolean {
  let keeping = keepingApis.get(api);
  if (keeping === undefined) {
    keeping = isKept(api.cache) || api.routes.some(({ cache }) => isKept(cache));
    keepingApis.set(api, keeping);
  }
  if (keeping || settings === null) return keeping;
  return isKept(settings.cache) || Object.values(settings.routes).some(({ cache }) => isKept(cache));
}

function isKept(setting: ApiDefinition['cache']): boolean {
  return setting !== undefined && setting !== false;
}

/** The request's own path below the mount, and those its answer names in the same API and stage. */
function pathsOf(context: Routed): string[] {
  const { answer, routedPath, path } = context;
  const paths = new Set([routedPath]);
  const mountLength = path.length - (routedPath === '/' && !path.endsWith('/') ? 0 : routedPath.length);
  const mount = path.slice(0, mountLength);
  for (let index = 0; index < answer.headers.length; index += 2) {
    const name = (answer.headers[index] as string).toLowerCase();
    if (name !== 'location' && name !== 'content-location') continue;
    const named = samePlace(context, answer.headers[index + 1] as string);
    if (named === null || !named.startsWith(mount)) continue;
    const below = named.slice(mount.length);
    if (below === '' || below.startsWith('/')) paths.add(below === '' ? '/' : below);
  }
  return [...paths];
}

/** The path of a reference that leads to the host of the request; null for another host, or no reference. */
function samePlace({ headers, path }: Routed, reference: string): string | null {
  const base = `http://${headers.host === '' ? 'localhost' : headers.host}`;
  const url = URL.parse(reference, base + path);
  return url === null || url.host !== new URL(base).host ? null : url.pathname;
}
