import { type ApiDefinition } from '@sluice/contracts';
import { type Routed } from './request-context';

/** The value of the API key of a request, from where its API looks for it; '' = none. */
export function sentApiKey({ request, authorization }: Routed, { apiKeySource }: ApiDefinition): string {
  if (apiKeySource === 'AUTHORIZER') return authorization.usageIdentifierKey;
  const sent = request.headers['x-api-key'];
  return typeof sent === 'string' ? sent : '';
}
