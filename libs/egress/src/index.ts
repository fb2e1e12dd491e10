export { EgressClient, type EgressRequest, type EgressResponse } from './egress-client';
export { egressConnector, type EgressConnectorOptions, type HostLookup } from './egress-connector';
export { EgressPolicy } from './egress-policy';
export { WebhookSender, type Webhook, type WebhookSenderOptions } from './webhook-sender';
