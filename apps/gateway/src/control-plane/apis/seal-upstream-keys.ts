import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { type MasterKey } from '@sluice/config';
import { SluiceError, type ApiDefinition, type ErrorDetail, type HttpProxyIntegration } from '@sluice/contracts';
import { isSealed, upstreamKeyAad } from '../../data-plane/integrations/upstream-key';

type Tls = NonNullable<HttpProxyIntegration['tls']>;

/**
 * The definition with the private keys of its upstreams encrypted, as it is stored and shown. A key that is encrypted already, because
 * somebody sends back what was shown, stays as it is. Throws VALIDATION_FAILED naming certificates and keys that are none.
 */
export function sealUpstreamKeys(definition: ApiDefinition, apiName: string, masterKey: MasterKey): ApiDefinition {
  const details: ErrorDetail[] = [];
  const routes = definition.routes.map((route, index) => {
    const { integration } = route;
    if (integration.type !== 'http-proxy' || integration.tls === undefined) return route;
    try {
      return { ...route, integration: { ...integration, tls: sealed(integration.tls, apiName, masterKey) } };
    } catch (error) {
      const path = `routes[${index}] (${route.route.slice(0, 100)}).integration.tls`;
      details.push({ path, message: `is not what TLS takes: ${(error as Error).message}` });
      return route;
    }
  });
  if (details.length > 0)
    throw new SluiceError(
      'VALIDATION_FAILED',
      'The API definition is not valid: a certificate or key of an upstream.',
      {
        details,
      },
    );
  return { ...definition, routes };
}

function sealed(tls: Tls, apiName: string, masterKey: MasterKey): Tls {
  const { ca, cert, key } = tls;
  const aad = upstreamKeyAad(apiName);
  const plainKey = key !== undefined && isSealed(key) ? masterKey.decrypt(key, aad) : key;
  if ((cert === undefined) !== (key === undefined)) throw new Error('"cert" and "key" belong together');
  if (ca !== undefined) new X509Certificate(ca); // createSecureContext takes any text for one
  createSecureContext({
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(plainKey === undefined ? {} : { key: plainKey }),
  });
  return key === undefined || isSealed(key) ? tls : { ...tls, key: masterKey.encrypt(key, aad) };
}
