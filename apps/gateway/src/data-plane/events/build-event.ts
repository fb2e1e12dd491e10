import { type Routed } from '../request-context';
import { buildEventV1 } from './event-v1';
import { buildEventV2 } from './event-v2';

/** The JSON text of the event a function gets for this request, in the payload format of its route. */
export function buildEvent(context: Routed): string {
  return context.route.payloadFormat === '2.0' ? buildEventV2(context) : buildEventV1(context);
}
