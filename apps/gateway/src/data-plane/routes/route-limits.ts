import { type ClientAddressSettings } from '@sluice/contracts';
import { type Bucket } from '@sluice/throttling';
import { type Throttling } from '../../throttling';
import { type RouteBlueprint } from './route-blueprint';

/**
 * The buckets that every request to a route takes from, whoever makes it: the account's, and by AWS's precedence the route's own or else
 * its stage's. The canary of a stage has no more than the stage.
 */
export function sharedBucketsOf(route: RouteBlueprint, { buckets, accountBucket }: Throttling): readonly Bucket[] {
  const { apiName, stage, api, routeKey, throttle } = route;
  const shared = accountBucket === null ? [] : [accountBucket];
  const ofStage = stage.settings?.throttle ?? api.throttle;
  if (throttle !== null) shared.push(buckets.of('route', [apiName, stage.name, routeKey], throttle));
  else if (ofStage !== undefined) shared.push(buckets.of('stage', [apiName, stage.name], ofStage));
  return shared;
}

/** A stage's rules about addresses stand instead of its API's. */
export function clientAddressesOf({ stage, api }: RouteBlueprint): ClientAddressSettings | undefined {
  return stage.settings?.clientAddresses ?? api.clientAddresses;
}
