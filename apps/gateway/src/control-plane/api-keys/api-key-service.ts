import {
  apiKeyChange,
  apiKeyRotation,
  LIMITS,
  newApiKey,
  parseInput,
  SluiceError,
  stageKeyOf,
  type ApiKeyRecord,
  type ErrorDetail,
  type NewApiKey,
} from '@sluice/contracts';
import { fingerprintOf, newApiKeyValue, type ApiKeyDirectory, type UsageReader } from '@sluice/throttling';
import { type ConfigurationStore } from '../../configuration/configuration-store';
import { changeRecord, deleteRecord, type ChangedRecord } from '../change-record';
import { stageTwice } from '../usage-plans/stage-twice';
import { viewOfKey } from './api-key-view';

export interface ApiKeyServiceOptions {
  readonly configuration: ConfigurationStore;
  readonly directory: ApiKeyDirectory;
  readonly usage: UsageReader;
  readonly randomBytes: (size: number) => Buffer;
  readonly nowMs: () => number;
}

/** A key with the value that nobody will see again. */
export interface IssuedApiKey extends ChangedRecord<ApiKeyRecord> {
  readonly value: string;
}

/** The rules of API keys: values are unlike one another and kept as fingerprints, plans exist and open no stage twice. */
export class ApiKeyService {
  constructor(private readonly options: ApiKeyServiceOptions) {}

  /** @throws SluiceError API_KEY_NOT_FOUND */
  get(id: string): ApiKeyRecord {
    const record = this.options.configuration.records('api-key').get(id);
    if (record === undefined) throw new SluiceError('API_KEY_NOT_FOUND', `There is no API key "${id.slice(0, 64)}".`);
    return record;
  }

  /** @throws SluiceError VALIDATION_FAILED · LIMIT_REACHED */
  async create(input: unknown): Promise<IssuedApiKey> {
    return this.issue(parseInput(newApiKey, input, 'The API key'));
  }

  /** The same for a key whose shape is known to be right. */
  async issue({ value = newApiKeyValue(this.options.randomBytes), ...settings }: NewApiKey): Promise<IssuedApiKey> {
    const { configuration, randomBytes, nowMs } = this.options;
    const id = newKeyId(randomBytes);
    const at = new Date(nowMs()).toISOString();
    const changed = await changeRecord(configuration, 'api-key', id, () => {
      if (configuration.records('api-key').size >= LIMITS.apiKeysMax)
        throw new SluiceError('LIMIT_REACHED', `There are ${LIMITS.apiKeysMax} API keys, as many as there may be.`);
      this.checkValue(value, null);
      this.checkPlans(settings.usagePlans);
      return { schema: 1, id, ...settings, ...fingerprintOf(value), createdAt: at, updatedAt: at };
    });
    return { ...changed, value };
  }

  /** @throws SluiceError API_KEY_NOT_FOUND · VALIDATION_FAILED */
  async change(id: string, input: unknown): Promise<ChangedRecord<ApiKeyRecord>> {
    const { description, expiresAt, customerId, ...change } = parseInput(
      apiKeyChange,
      input,
      'The change of the API key',
    );
    const nullable = { description, expiresAt, customerId };
    return changeRecord(this.options.configuration, 'api-key', id, () => {
      const present = this.get(id);
      if (change.usagePlans !== undefined) this.checkPlans(change.usagePlans);
      const merged = { ...present, ...defined(change), ...defined(nullable), updatedAt: this.nowText() };
      return withoutNulls(merged) as ApiKeyRecord;
    });
  }

  /** Gives the key another value; the one before is accepted for as long as is asked for. @throws SluiceError API_KEY_NOT_FOUND · VALIDATION_FAILED */
  async rotate(id: string, input: unknown): Promise<IssuedApiKey> {
    const { configuration, randomBytes, nowMs } = this.options;
    const { graceSeconds, value = newApiKeyValue(randomBytes) } = parseInput(apiKeyRotation, input, 'The rotation');
    const changed = await changeRecord(configuration, 'api-key', id, () => {
      const { previous: _previous, ...present } = this.get(id);
      this.checkValue(value, present.sha256);
      const acceptedUntil = new Date(nowMs() + graceSeconds * 1_000).toISOString();
      return {
        ...present,
        ...fingerprintOf(value),
        ...(graceSeconds === 0 ? {} : { previous: { sha256: present.sha256, acceptedUntil } }),
        updatedAt: this.nowText(),
      };
    });
    return { ...changed, value };
  }

  /** Returns the configuration version. @throws SluiceError API_KEY_NOT_FOUND */
  async delete(id: string): Promise<number> {
    const version = await deleteRecord(this.options.configuration, 'api-key', id, () => this.get(id));
    await this.options.usage.forgetKey(id);
    return version;
  }

  /** What may be seen of keys, with the time each was last used. */
  async views(keys: readonly ApiKeyRecord[]): Promise<object[]> {
    const times = await this.options.usage.lastUsed(keys.map(({ id }) => id));
    return keys.map((key, index) => {
      const at = times[index];
      return { ...viewOfKey(key), ...(at === undefined ? {} : { lastUsedAt: new Date(at).toISOString() }) };
    });
  }

  /** What is wrong with the plans of a key, as details of an error. */
  planProblems(names: readonly string[]): ErrorDetail[] {
    const plans = this.options.configuration.records('usage-plan');
    const missing = names.flatMap((name, index) =>
      plans.has(name) ? [] : [{ path: `usagePlans[${index}]`, message: `there is no usage plan "${name}"` }],
    );
    if (missing.length > 0) return missing;
    const twice = stageTwice(names, plans);
    if (twice === null) return [];
    const { stage, plan, otherPlan } = twice;
    return [{ path: 'usagePlans', message: `"${otherPlan}" and "${plan}" both have the stage ${stageKeyOf(stage)}` }];
  }

  /** Whether another key, or this one before a rotation, has the value already. */
  isTaken(value: string): boolean {
    return this.options.directory.ownerOf(fingerprintOf(value).sha256) !== undefined;
  }

  private checkPlans(names: readonly string[]): void {
    const details = this.planProblems(names);
    const [first] = details;
    if (first !== undefined)
      throw new SluiceError('VALIDATION_FAILED', `The API key is not valid: ${first.message}.`, { details });
  }

  private checkValue(value: string, presentSha256: string | null): void {
    if (!this.isTaken(value) && fingerprintOf(value).sha256 !== presentSha256) return;
    throw new SluiceError('VALIDATION_FAILED', 'Another API key has this value, or this one has had it.', {
      details: [{ path: 'value', message: 'is taken: two keys of one value could not be told apart' }],
    });
  }

  private nowText(): string {
    return new Date(this.options.nowMs()).toISOString();
  }
}

/** Ten letters and digits, as AWS names keys. */
function newKeyId(randomBytes: (size: number) => Buffer): string {
  return randomBytes(8).readBigUInt64BE().toString(36).padStart(10, '0').slice(-10);
}

function defined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function withoutNulls(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}
