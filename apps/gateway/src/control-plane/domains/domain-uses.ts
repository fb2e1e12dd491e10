import { type ErrorDetail } from '@sluice/contracts';
import { type ConfigurationStore } from '../../configuration/configuration-store';

/** The mappings of custom domains that lead to an API, or to one stage of it, as details of an error. */
export function domainsOf(configuration: ConfigurationStore, api: string, stage?: string): ErrorDetail[] {
  const details: ErrorDetail[] = [];
  for (const { name, mappings } of configuration.records('domain').values()) {
    for (const mapping of mappings) {
      if (mapping.api !== api || (stage !== undefined && mapping.stage !== stage)) continue;
      details.push({ path: `${name}/${mapping.basePath}`, message: `leads to the stage "${mapping.stage}"` });
    }
  }
  return details.slice(0, 100);
}
