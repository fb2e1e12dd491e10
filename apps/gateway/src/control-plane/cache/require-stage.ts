import { SluiceError, type ApiRecord } from '@sluice/contracts';
import { type ConfigurationStore } from '../../configuration/configuration-store';

/** The API that has the stage. @throws SluiceError API_NOT_FOUND · STAGE_NOT_FOUND */
export function requireStage(configuration: ConfigurationStore, api: string, stage: string): ApiRecord {
  const record = configuration.apis.get(api);
  if (record === undefined) throw new SluiceError('API_NOT_FOUND', `There is no API "${api}".`);
  if (!Object.hasOwn(record.stages, stage))
    throw new SluiceError('STAGE_NOT_FOUND', `The API "${api}" has no stage "${stage.slice(0, 128)}".`);
  return record;
}
