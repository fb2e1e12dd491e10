import { type ConfigurationStore } from '../configuration/configuration-store';
import { type ConfigurationKind, type RecordOfKind } from '../configuration/stored-configuration';

export interface ChangedRecord<R> {
  readonly record: R;
  readonly created: boolean;
  readonly configurationVersion: number;
}

/**
 * Writes what `change` makes of a record (null = there is none), and decides again when somebody else was faster. The whole configuration
 * must be as `change` saw it: records name one another, and every kind has its limit.
 */
export async function changeRecord<K extends ConfigurationKind>(
  configuration: ConfigurationStore,
  kind: K,
  name: string,
  change: (present: RecordOfKind[K] | null) => RecordOfKind[K],
): Promise<ChangedRecord<RecordOfKind[K]>> {
  for (;;) {
    const seenVersion = configuration.version;
    const present: RecordOfKind[K] | null = configuration.records(kind).get(name) ?? null;
    const record = change(present);
    const version = await configuration.commit(kind, name, present, record, seenVersion);
    if (version !== null) return { record, created: present === null, configurationVersion: version };
  }
}

/** Deletes it once `check` does not object; the configuration version. */
export async function deleteRecord<K extends ConfigurationKind>(
  configuration: ConfigurationStore,
  kind: K,
  name: string,
  check: () => RecordOfKind[K],
): Promise<number> {
  for (;;) {
    const seenVersion = configuration.version;
    const version = await configuration.commit(kind, name, check(), null, seenVersion);
    if (version !== null) return version;
  }
}
