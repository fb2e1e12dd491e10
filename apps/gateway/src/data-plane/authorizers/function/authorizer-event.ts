import { type FunctionAuthorizer } from '@sluice/contracts';
import { requestFieldsV1 } from '../../events/event-v1';
import { requestFieldsV2 } from '../../events/event-v2';
import { type Routed } from '../../request-context';

/**
 * The JSON text of the event an authorizer gets ("Input to an API Gateway Lambda authorizer", "AWS Lambda authorizers for HTTP APIs").
 * REST and HTTP APIs differ in format 1.0 as they do in the events of integrations. Bodies are never part of it.
 */
export function buildAuthorizerEvent(
  event: FunctionAuthorizer['event'],
  context: Routed,
  routeArn: string,
  identities: readonly string[],
): string {
  const arn = JSON.stringify(routeArn);
  if (event === 'TOKEN')
    return `{"type":"TOKEN","authorizationToken":${JSON.stringify(identities[0])},"methodArn":${arn}}`;
  if (event === 'REQUEST-2.0') {
    const identitySource = identities.length === 0 ? 'null' : JSON.stringify(identities);
    return `{"version":"2.0","type":"REQUEST","routeArn":${arn},"identitySource":${identitySource},${requestFieldsV2(context)}}`;
  }
  if (context.route.style === 'rest') return `{"type":"REQUEST","methodArn":${arn},${requestFieldsV1(context)}}`;
  const identity = identities.length === 0 ? 'null' : JSON.stringify(identities.join(','));
  return `{"version":"1.0","type":"REQUEST","methodArn":${arn},"identitySource":${identity},"authorizationToken":${identity},${requestFieldsV1(context)}}`;
}
