import { createHash } from 'node:crypto';
import {
  LIMITS,
  migrateApiRecord,
  type AlarmRecord,
  type ApiKeyRecord,
  type ApiRecord,
  type AuthorizerPurgeRecord,
  type CacheFlushRecord,
  type DomainRecord,
  type FunctionRecord,
  type GroupRecord,
  type UsagePlanRecord,
  type UserRecord,
} from '@sluice/contracts';
import { LuaScript, RedisKeys, type Redis } from '@sluice/redis';

/** What is configured. A new kind is one line here and one in READERS. */
export interface RecordOfKind {
  readonly function: FunctionRecord;
  readonly api: ApiRecord;
  readonly 'cache-flushes': CacheFlushRecord;
  readonly 'authorizer-purges': AuthorizerPurgeRecord;
  readonly domain: DomainRecord;
  readonly user: UserRecord;
  readonly group: GroupRecord;
  readonly 'usage-plan': UsagePlanRecord;
  readonly 'api-key': ApiKeyRecord;
  readonly alarm: AlarmRecord;
}
export type ConfigurationKind = keyof RecordOfKind;

/** Brings a stored record of each kind into today's shape; a shape this program does not know is refused. */
const READERS: { readonly [K in ConfigurationKind]: (stored: StoredShape) => RecordOfKind[K] | null } = {
  function: ofSchema(1),
  api: (stored) => (stored.schema <= 2 ? migrateApiRecord(stored as never) : null),
  'cache-flushes': ofSchema(1),
  'authorizer-purges': ofSchema(1),
  domain: ofSchema(1),
  user: ofSchema(1),
  group: ofSchema(1),
  'usage-plan': ofSchema(1),
  'api-key': ofSchema(1),
  alarm: ofSchema(1),
};

/** In the order they are loaded. */
export const CONFIGURATION_KINDS = Object.keys(READERS) as readonly ConfigurationKind[];

interface StoredShape {
  readonly schema: number;
}

/** A kind whose shape has not changed since its first version. */
function ofSchema<R>(schema: number): (stored: StoredShape) => R | null {
  return (stored) => (stored.schema === schema ? (stored as R) : null);
}

/** A record as it stands in Redis; `fingerprint` is what a writer shows to prove which state it saw. */
export interface StoredRecord<K extends ConfigurationKind = ConfigurationKind> {
  readonly kind: K;
  readonly name: string;
  /** null = deleted. */
  readonly record: RecordOfKind[K] | null;
  readonly fingerprint: string;
}

export interface ConfigurationWrite {
  readonly kind: ConfigurationKind;
  readonly name: string;
  readonly record: RecordOfKind[ConfigurationKind] | null;
  /** Fingerprint of the record the writer saw, '' for none. */
  readonly seenFingerprint: string;
  /** Given = nothing else of the configuration may have changed either. */
  readonly seenVersion: number | undefined;
}

/** The configuration in durable Redis: a hash of records per kind, a version, and a bounded stream of what changed at each version. */
export class StoredConfiguration {
  constructor(private readonly redis: Redis) {}

  /** Returns the new version, or null when somebody else was faster. */
  async write(change: ConfigurationWrite): Promise<number | null> {
    const version = await COMMIT.run(
      this.redis,
      [keys.configVersion(), keys.configChanges(), keys.configRecords(change.kind)],
      [
        change.kind,
        change.name,
        change.record === null ? '' : JSON.stringify(change.record),
        change.seenFingerprint,
        change.seenVersion === undefined ? '' : String(change.seenVersion),
        LIMITS.configurationChangesKept,
        keys.configChannel(),
      ],
    );
    return version === 0 ? null : Number(version);
  }

  /** What changed after a version; null when everything must be loaded. */
  async readChanges(appliedVersion: number): Promise<{ version: number; changes: StoredRecord[] } | null> {
    const answer = (await READ_CHANGES.run(
      this.redis,
      [keys.configVersion(), keys.configChanges(), ...CONFIGURATION_KINDS.map((kind) => keys.configRecords(kind))],
      [appliedVersion, CHANGES_PER_READ_MAX, ...CONFIGURATION_KINDS],
    )) as [number, ...string[]] | null;
    if (answer === null) return null;
    const [version, ...fields] = answer;
    const changes: StoredRecord[] = [];
    for (let i = 0; i + 2 < fields.length; i += 3) {
      changes.push(parseRecord(fields[i] as ConfigurationKind, fields[i + 1] as string, fields[i + 2] as string));
    }
    return { version, changes };
  }

  /**
   * Every record, with a version that is not newer than any of them: reading the changes after it makes the picture consistent,
   * whatever was written while the scan went on.
   */
  async loadAll(): Promise<{ version: number; records: StoredRecord[] }> {
    const version = Number((await this.redis.get(keys.configVersion())) ?? 0);
    const records: StoredRecord[] = [];
    for (const kind of CONFIGURATION_KINDS) records.push(...(await this.scan(kind)));
    return { version, records };
  }

  private async scan(kind: ConfigurationKind): Promise<StoredRecord[]> {
    const records = new Map<string, StoredRecord>();
    let cursor = '0';
    do {
      const [next, fields] = await this.redis.hscan(keys.configRecords(kind), cursor, 'COUNT', 100);
      for (let i = 0; i + 1 < fields.length; i += 2) {
        records.set(fields[i] as string, parseRecord(kind, fields[i] as string, fields[i + 1] as string));
      }
      cursor = next;
    } while (cursor !== '0');
    return [...records.values()];
  }
}

const keys = new RedisKeys();
const COMMIT = LuaScript.load(__dirname, 'commit-change-3.lua');
const READ_CHANGES = LuaScript.load(__dirname, 'read-changes-n.lua');
/** More changes than this at once are cheaper to load as a whole. */
const CHANGES_PER_READ_MAX = 100;

function parseRecord(kind: ConfigurationKind, name: string, text: string): StoredRecord {
  if (text === '') return { kind, name, record: null, fingerprint: '' };
  const record = READERS[kind](JSON.parse(text) as StoredShape);
  if (record === null) throw new Error(`the ${kind} ${name} was written by a newer version of Sluice`);
  return { kind, name, record, fingerprint: createHash('sha1').update(text).digest('hex') };
}
