import { type ConfigurationStore } from '../../configuration/configuration-store';
import { type RecordOfKind } from '../../configuration/stored-configuration';

/** What of the access rules has records. */
export type IdentityKind = 'user' | 'group';

export interface ChangedIdentity<R> {
  readonly record: R;
  readonly created: boolean;
  readonly configurationVersion: number;
}

/**
 * Writes what `change` makes of a user or group (null = there is none), and decides again when somebody else was faster. The whole
 * configuration must be as `change` saw it: users name groups, and both have limits.
 */
export async function changeIdentity<K extends IdentityKind>(
  configuration: ConfigurationStore,
  kind: K,
  name: string,
  change: (present: RecordOfKind[K] | null) => RecordOfKind[K],
): Promise<ChangedIdentity<RecordOfKind[K]>> {
  for (;;) {
    const seenVersion = configuration.version;
    const present: RecordOfKind[K] | null = configuration.records(kind).get(name) ?? null;
    const record = change(present);
    const version = await configuration.commit(kind, name, present, record, seenVersion);
    if (version !== null) return { record, created: present === null, configurationVersion: version };
  }
}

/** Deletes it once `check` does not object; the configuration version. */
export async function deleteIdentity<K extends IdentityKind>(
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
