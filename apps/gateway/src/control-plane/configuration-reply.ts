import { type ConfigurationStore } from '../configuration/configuration-store';

/** How long a write waits for the other gateways before it says that one is late. */
const PROPAGATION_TIMEOUT_MS = 1_000;

/**
 * Headers of a write's answer. When they are there without `X-Sluice-Propagation`, every live gateway serves the new state.
 */
export async function propagationHeaders(
  configuration: ConfigurationStore,
  version: number,
): Promise<Record<string, string>> {
  const everywhere = await configuration.propagated(version, PROPAGATION_TIMEOUT_MS);
  return {
    'x-sluice-config-version': String(version),
    ...(everywhere ? {} : { 'x-sluice-propagation': 'pending' }),
  };
}
