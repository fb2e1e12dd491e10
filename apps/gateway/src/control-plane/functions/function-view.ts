import { type FunctionRecord, type FunctionVersion } from '@sluice/contracts';
import { type PublicAddress } from '../public-address';
import { latestOf } from './function-service';

/** A version as callers see it. Of the environment only the names. */
export function versionView(name: string, version: FunctionVersion, address: PublicAddress): object {
  const { revision, sha256, sizeBytes, handlerKind, initMs, config, environmentNames, createdAt } = version;
  return {
    name,
    version: version.version,
    revision,
    sha256,
    sizeBytes,
    handlerKind,
    initMs,
    url: config.url === undefined ? null : address.functionUrl(name),
    config,
    environmentNames,
    createdAt,
  };
}

export function functionView(record: FunctionRecord, address: PublicAddress): object {
  return versionView(record.name, latestOf(record), address);
}
