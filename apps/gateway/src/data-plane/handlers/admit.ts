import { AddressRules } from '@sluice/throttling';
import { GatewayRefusal } from '../gateway-refusal';
import { type PipelineParts } from '../pipeline-parts';
import { type Handler } from '../request-pipeline';
import { clientAddressesOf, sharedBucketsOf } from '../routes/route-limits';
import { type RouteBlueprint } from '../routes/route-blueprint';
import { rateRefusal } from '../throttle-refusal';

/**
 * Keeps out, before anything is worked out about who asks and without Redis: addresses that may not come in, clients that ask this gateway
 * too often, and whatever meets a shared limit that is known to be used up. Lets pass too much rather than too little; the step `throttle`
 * decides for all gateways.
 */
export function compileAdmit(route: RouteBlueprint, { throttling }: PipelineParts): Handler | null {
  const addresses = clientAddressesOf(route);
  const shared = sharedBucketsOf(route, throttling);
  const rules = addresses?.allow === undefined && addresses?.deny === undefined ? null : new AddressRules(addresses);
  const clientLimits = addresses?.throttle;
  if (rules === null && clientLimits === undefined && shared.length === 0) return null;
  const { throttle, clients } = throttling;
  const { apiName, stage } = route;

  return ({ sourceIp, receivedAtMs }) => {
    if (rules !== null && !rules.admits(sourceIp))
      throw new GatewayRefusal('ADDRESS_REFUSED', 'Requests from this address are not taken here.');
    if (clientLimits !== undefined) {
      const client = clients.of(apiName, stage.name, sourceIp, clientLimits);
      if (!client.here.take(receivedAtMs))
        throw rateRefusal(client.shared, receivedAtMs, client.here.waitMs(receivedAtMs));
    }
    const empty = throttle.knownEmpty(shared);
    if (empty !== null) throw rateRefusal(empty, receivedAtMs);
  };
}
