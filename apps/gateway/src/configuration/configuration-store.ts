import { type ApiRecord, type FunctionRecord, type FunctionVersion } from '@sluice/contracts';
import { resolveVersion } from '@sluice/functions';
import { RedisKeys, type Redis } from '@sluice/redis';
import { type GatewayHeartbeats } from './gateway-heartbeats';
import {
  CONFIGURATION_KINDS,
  type ConfigurationKind,
  type RecordOfKind,
  StoredConfiguration,
  type StoredRecord,
} from './stored-configuration';

/** What a listener has to look at again; `all` = everything may differ. */
export type ConfigurationChange =
  { readonly kind: ConfigurationKind; readonly name: string } | { readonly kind: 'all'; readonly name: null };

export interface ConfigurationStoreOptions {
  /** Durable; for commands. */
  readonly redis: Redis;
  /** Durable; in subscriber mode, owned and closed by the store. */
  readonly subscriber: Redis;
  readonly heartbeats: GatewayHeartbeats;
  readonly nowMs: () => number;
  readonly onError: (message: string, error: unknown) => void;
}

/**
 * The whole configuration in memory, as every gateway holds it: requests are routed and functions resolved without Redis, and
 * go on being so while Redis is away.
 *
 * A write is one script and is applied here before `commit` returns. Other gateways hear of it by PUBLISH, ask every second in
 * case they did not, apply changes in order, and load everything when one is missing.
 */
export class ConfigurationStore {
  private readonly recordsOfKind = Object.fromEntries(CONFIGURATION_KINDS.map((kind) => [kind, new Map()])) as {
    readonly [K in ConfigurationKind]: Map<string, RecordOfKind[K]>;
  };
  private readonly fingerprints = new WeakMap<object, string>();
  private readonly listeners = new Set<(change: ConfigurationChange) => void | Promise<void>>();
  private readonly stored: StoredConfiguration;
  private appliedVersion = -1;
  private catchingUp: Promise<void> | null = null;
  private catchUpAgain = false;
  private poll: NodeJS.Timeout | null = null;
  private storeAnsweredAtMs = -Infinity;
  private failing = false;

  constructor(private readonly options: ConfigurationStoreOptions) {
    this.stored = new StoredConfiguration(options.redis);
  }

  get functions(): ReadonlyMap<string, FunctionRecord> {
    return this.records('function');
  }

  get apis(): ReadonlyMap<string, ApiRecord> {
    return this.records('api');
  }

  /** Everything of one kind, by name. */
  records<K extends ConfigurationKind>(kind: K): ReadonlyMap<string, RecordOfKind[K]> {
    return this.recordsOfKind[kind];
  }

  /** The configuration version applied here; -1 before the first load. */
  get version(): number {
    return this.appliedVersion;
  }

  /** When Redis last answered, on the clock given; -Infinity before it did. */
  get lastStoreAnswerAtMs(): number {
    return this.storeAnsweredAtMs;
  }

  /** Loads everything, then follows. Rejects when the first load fails. */
  async start(): Promise<void> {
    const { subscriber, heartbeats } = this.options;
    // Subscribed before the load, so that nothing can fall between the two.
    subscriber.on('message', () => this.follow());
    // A subscription that came back may have missed messages, and Redis may have come back with less than we know.
    subscriber.on('ready', () => this.follow());
    await subscriber.subscribe(keys.configChannel());
    await this.catchUp();
    this.poll = setInterval(() => this.follow(), POLL_INTERVAL_MS);
    await heartbeats.start(this.appliedVersion);
  }

  async stop(): Promise<void> {
    if (this.poll) clearInterval(this.poll);
    this.options.subscriber.disconnect();
    await this.options.heartbeats.stop();
  }

  /**
   * Called after the maps have changed; a listener must not throw. A change is applied when what the listener returns has settled:
   * only then is it told to others, and the next one begun. Returns a function that takes the listener away.
   */
  onChange(listener: (change: ConfigurationChange) => void | Promise<void>): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The version a qualifier names (`$LATEST` when absent), or null when function or version do not exist. */
  resolve(functionName: string, qualifier?: string): FunctionVersion | null {
    const record = this.functions.get(functionName);
    return record === undefined ? null : resolveVersion(record, qualifier);
  }

  /**
   * Replaces the record `seen` (null = there was none) by `next` (null = delete it), and applies that here.
   * `seenVersion` makes the write depend on the whole configuration being as it was then.
   * Null = somebody else was faster: what they wrote is applied, decide again. Rejects when Redis does not answer.
   */
  async commit<K extends ConfigurationKind>(
    kind: K,
    name: string,
    seen: RecordOfKind[K] | null,
    next: RecordOfKind[K] | null,
    seenVersion?: number,
  ): Promise<number | null> {
    const seenFingerprint = seen === null ? '' : (this.fingerprints.get(seen) ?? '');
    const version = await this.stored.write({ kind, name, record: next, seenFingerprint, seenVersion });
    await this.catchUp();
    return version;
  }

  /** Applies what was written up to now. Rejects when Redis does not answer. */
  async catchUp(): Promise<void> {
    // A read that is under way may have looked before our write: only one that starts from now on counts.
    if (this.catchingUp) await this.catchingUp.catch(() => undefined);
    this.catchingUp ??= this.readAndApply().finally(() => (this.catchingUp = null));
    await this.catchingUp;
  }

  /** Waits until every live gateway has applied a version; false when one has not within `timeoutMs`. */
  async propagated(version: number, timeoutMs: number): Promise<boolean> {
    return this.options.heartbeats.allApplied(version, timeoutMs);
  }

  /** Catches up in the background; many signals while one read is under way make one more read. */
  private follow(): void {
    if (this.catchingUp) {
      this.catchUpAgain = true;
      return;
    }
    this.catchUp().then(
      () => {
        this.failing = false;
        if (!this.catchUpAgain) return;
        this.catchUpAgain = false;
        this.follow();
      },
      (error: unknown) => {
        this.catchUpAgain = false;
        if (!this.failing) this.options.onError('the configuration cannot be read; serving the last one', error);
        this.failing = true;
      },
    );
  }

  private async readAndApply(): Promise<void> {
    let read = this.appliedVersion < 0 ? null : await this.stored.readChanges(this.appliedVersion);
    if (read === null) {
      const { version, records } = await this.stored.loadAll();
      this.replaceAll(records);
      this.appliedVersion = version;
      await this.announce({ kind: 'all', name: null });
      // Null again = more was written during the scan than one read answers: the next poll goes on from here.
      read = (await this.stored.readChanges(version)) ?? { version, changes: [] };
    }
    this.storeAnsweredAtMs = this.options.nowMs();
    if (read.version === this.appliedVersion) return;
    for (const change of read.changes) this.apply(change);
    this.appliedVersion = read.version;
    for (const { kind, name } of read.changes) await this.announce({ kind, name });
    this.options.heartbeats.applied(this.appliedVersion);
  }

  private replaceAll(records: readonly StoredRecord[]): void {
    for (const records of Object.values(this.recordsOfKind)) records.clear();
    for (const record of records) this.apply(record);
  }

  private apply({ kind, name, record, fingerprint }: StoredRecord): void {
    const records: Map<string, RecordOfKind[ConfigurationKind]> = this.recordsOfKind[kind];
    if (record === null) {
      records.delete(name);
    } else {
      records.set(name, record);
      this.fingerprints.set(record, fingerprint);
    }
  }

  private async announce(change: ConfigurationChange): Promise<void> {
    for (const listener of this.listeners) await listener(change);
  }
}

const keys = new RedisKeys();
/** The backstop for a message that was lost. */
const POLL_INTERVAL_MS = 1_000;
