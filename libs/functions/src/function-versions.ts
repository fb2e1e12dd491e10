import { LIMITS, type FunctionRecord, type FunctionVersion } from '@sluice/contracts';

export interface AddedVersion {
  readonly record: FunctionRecord;
  /** Versions that are no longer kept. */
  readonly dropped: readonly FunctionVersion[];
}

/**
 * The function with one version more. The newest `versionsKeptMax` versions are kept, and older ones that a route names.
 * The caller numbers the version with `nextVersionNumber`, so a number is never given twice, whatever was dropped.
 */
export function addVersion(
  name: string,
  present: FunctionRecord | null,
  version: FunctionVersion,
  referenced: ReadonlySet<number>,
): AddedVersion {
  const versions = [...(present?.versions ?? []), version];
  const firstNew = versions.length - LIMITS.versionsKeptMax;
  const kept = versions.filter((each, index) => index >= firstNew || referenced.has(each.version));
  return {
    record: { ...present, schema: 1, name, versions: kept },
    dropped: versions.filter((each) => !kept.includes(each)),
  };
}

export function nextVersionNumber(present: FunctionRecord | null): number {
  return (present?.versions.at(-1)?.version ?? 0) + 1;
}

/** `$LATEST` (or nothing) and version numbers; null when there is no such version. */
export function resolveVersion(record: FunctionRecord, qualifier: string | undefined): FunctionVersion | null {
  if (qualifier === undefined || qualifier === '$LATEST') return record.versions.at(-1) ?? null;
  if (!/^[1-9]\d{0,8}$/.test(qualifier)) return null;
  const number = Number(qualifier);
  return record.versions.find((each) => each.version === number) ?? null;
}
