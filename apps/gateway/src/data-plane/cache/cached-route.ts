import { createHash } from 'node:crypto';
import { CacheKeyPlan, groupOf, hostnameOf, shortHash } from '@sluice/caching';
import { fillStageVariables, type CacheSettings } from '@sluice/contracts';
import { isSecure } from '../events/event-fields';
import { type PipelineParts } from '../pipeline-parts';
import { type Routed } from '../request-context';
import { type FunctionTarget } from '../routes/function-targets';
import { type RouteBlueprint } from '../routes/route-blueprint';
import { type CacheDirectives } from './cache-directives';
import { type Visibility } from './visible-request';

/** Headers that describe a body; they are in the key together with it. */
const OF_THE_BODY = new Set(['content-type', 'content-encoding', 'content-language']);
/** Where everybody may ask, nothing tells callers apart. */
const UNASKED = 'NONE';

/** What a key was made of, for who goes on with it later. */
export interface KeyedBy {
  readonly directives: CacheDirectives;
  /** `keyedHeaders` when the key was made. */
  readonly keyed: readonly string[];
  /** Of the request as it came: name, value, … */
  readonly rawHeaders: readonly string[];
}

/** What a route's cache settings make of a request. */
export class CachedRoute {
  private readonly plan: CacheKeyPlan;
  private readonly forwarded: ReadonlySet<string>;
  private readonly target: FunctionTarget | null;
  /** Whether the route itself asks who is there; then the key says who, and credentials need not be seen. */
  private readonly asksWhoIsThere: boolean;

  constructor(
    route: RouteBlueprint,
    readonly settings: CacheSettings,
    parts: Pick<PipelineParts, 'targets'>,
  ) {
    const { name, variables, canary, settings: stage } = route.stage;
    const apart = canary && stage?.canary?.useStageCache !== true;
    this.plan = new CacheKeyPlan({
      scope: { api: route.apiName, stage: name, route: route.routeKey },
      deploymentId: apart || stage === null ? route.deploymentId : stage.deploymentId,
      // What was kept by other settings was kept for another time, for others, or in the clear.
      variant: `${apart ? 'canary' : ''}${JSON.stringify(variables)}${shortHash(JSON.stringify(settings))}`,
      query: settings.key.query,
      headers: settings.key.headers,
    });
    this.forwarded = new Set(settings.forwardHeaders.map((header) => header.toLowerCase()));
    this.target = functionOf(route, parts);
    this.asksWhoIsThere = (route.definition.authorization ?? UNASKED) !== UNASKED;
  }

  get scope(): CacheKeyPlan['scope'] {
    return this.plan.scope;
  }

  /** The headers in keys made now; who fetches for a key keeps the list it was made with. */
  get keyedHeaders(): readonly string[] {
    return this.plan.keyedHeaders;
  }

  /** The key of a request whose answer may be kept under `method`. */
  keyOf(context: Routed, method: string, { authorization }: CacheDirectives): string {
    const { body, headers } = context;
    return this.plan.keyOf({
      method,
      origin: originOf(context),
      path: context.routedPath,
      rawQuery: context.rawQuery,
      rawHeaders: headers.raw,
      target: this.target?.version?.revision ?? '',
      identity: this.asksWhoIsThere ? identityOf(context) : authorization,
      bodyHash: body.length === 0 ? '' : bodyHashOf(context),
    });
  }

  groupOf(routedPath: string): string {
    const { api, stage } = this.plan.scope;
    return groupOf(api, stage, routedPath);
  }

  /** RFC 9111 §3.5: credentials that the platform did not ask for and the key only knows by their text. */
  needsConsent({ authorization }: CacheDirectives, keyed: readonly string[]): boolean {
    return authorization !== '' && !this.asksWhoIsThere && !keyed.includes('authorization');
  }

  /** Learns what an answer varies by; whether it may be kept under a key with these headers. */
  vary(names: readonly string[], keyed: readonly string[], rawHeaders: readonly string[]): boolean {
    // Credentials that were sent are in the key already.
    const others = this.asksWhoIsThere ? names : names.filter((name) => name !== 'authorization');
    return this.plan.vary(others, keyed, rawHeaders);
  }

  visibilityOf({ body }: Routed, keyed: readonly string[]): Visibility {
    return {
      seesHeader: (name) =>
        keyed.includes(name) ||
        this.forwarded.has(name) ||
        (name === 'authorization' && !this.asksWhoIsThere) ||
        (body.length > 0 && OF_THE_BODY.has(name)),
      visibleQuery: (rawQuery) => this.plan.visibleQuery(rawQuery),
    };
  }
}

/** What the integration is told of the address and the protocol a request came by. */
function originOf({ request, headers, mount }: Routed): string {
  const scheme = isSecure(request) ? 'https' : 'http';
  const version = request.httpVersion === '1.1' ? '' : `/${request.httpVersion}`;
  return `${scheme}${version}://${hostnameOf(headers.host)}${mount}`;
}

function identityOf({ authorization: { kind, cacheIdentity, principalId } }: Routed): string {
  return `${kind} ${cacheIdentity === '' ? principalId : cacheIdentity}`;
}

function bodyHashOf({ body, headers: { raw } }: Routed): string {
  const hash = createHash('sha256').update(`${body.length}\n`).update(body);
  for (let index = 0; index < raw.length; index += 2) {
    const name = (raw[index] as string).toLowerCase();
    if (OF_THE_BODY.has(name)) hash.update(`\n${name}:${raw[index + 1] as string}`);
  }
  return hash.digest('base64url');
}

/** The function a route leads to: a new version of it answers anew. */
function functionOf(
  { definition: { integration }, stage }: RouteBlueprint,
  { targets }: Pick<PipelineParts, 'targets'>,
): FunctionTarget | null {
  if (integration.type !== 'function') return null;
  const name = fillStageVariables(integration.function, stage.variables);
  const qualifier = fillStageVariables(integration.qualifier ?? '', stage.variables);
  if ('missing' in name || 'missing' in qualifier) return null;
  return targets.get(name.text, integration.qualifier === undefined ? undefined : qualifier.text);
}
