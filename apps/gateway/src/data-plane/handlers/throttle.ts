import { SluiceError } from '@sluice/contracts';
import { type Bucket, type ThrottleRefusal } from '@sluice/throttling';
import { type PipelineParts } from '../pipeline-parts';
import { addResponseHeader, type Routed } from '../request-context';
import { type Handler } from '../request-pipeline';
import { clientAddressesOf, sharedBucketsOf } from '../routes/route-limits';
import { type RouteBlueprint } from '../routes/route-blueprint';
import { planHeaders, quotaRefusal, rateRefusal } from '../throttle-refusal';

/**
 * Takes the request's token from every bucket it concerns and its place in the quota of its API key, for all gateways, or nothing at all.
 * Throws THROTTLED, QUOTA_EXCEEDED, or STORE_UNAVAILABLE where nothing is to pass while Redis is away.
 */
export function compileThrottle(route: RouteBlueprint, { throttling }: PipelineParts): Handler | null {
  const shared = sharedBucketsOf(route, throttling);
  const clientLimits = clientAddressesOf(route)?.throttle;
  if (shared.length === 0 && clientLimits === undefined && route.definition.apiKeyRequired !== true) return null;
  const { throttle, clients, nowMs } = throttling;
  const { apiName, routeKey, stage } = route;

  return (context) => {
    const { stageAccess, sourceIp } = context;
    const ofPlan = stageAccess === null ? null : stageAccess.bucketOf(routeKey);
    let buckets = shared;
    if (clientLimits !== undefined)
      buckets = [...buckets, clients.of(apiName, stage.name, sourceIp, clientLimits).shared];
    if (ofPlan !== null) buckets = [...buckets, ofPlan];
    const decided = throttle.take(buckets, stageAccess === null ? null : stageAccess.use);
    if (decided === null) return tellPlan(context, ofPlan, nowMs());
    if ('kind' in decided) throw refusalOf(decided, nowMs());
    return decided.then((refusal) => {
      if (refusal !== null) throw refusalOf(refusal, nowMs());
      tellPlan(context, ofPlan, nowMs());
    });
  };
}

/** A client with a key learns with every answer what its plan leaves it. */
function tellPlan(context: Routed, ofPlan: Bucket | null, nowMs: number): void {
  const quota = context.stageAccess?.use.quota ?? null;
  if (ofPlan === null && quota === null) return;
  const { policy, remaining } = planHeaders(ofPlan, quota, nowMs);
  addResponseHeader(context, 'ratelimit-policy', policy);
  addResponseHeader(context, 'ratelimit', remaining);
}

function refusalOf(refusal: ThrottleRefusal, nowMs: number): SluiceError {
  switch (refusal.kind) {
    case 'rate':
      return rateRefusal(refusal.bucket, nowMs);
    case 'quota':
      return quotaRefusal(refusal.quota, nowMs);
    case 'store-away':
      return new SluiceError('STORE_UNAVAILABLE', 'The limits of this route cannot be checked now.');
  }
}
