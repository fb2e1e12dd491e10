import {
  accessKeyChange,
  LIMITS,
  parseInput,
  SluiceError,
  type AccessKeyRecord,
  type UserRecord,
} from '@sluice/contracts';
import { type MasterKey } from '@sluice/config';
import { newAccessKey, sealAccessKey, type AccessKeyUses } from '@sluice/iam';
import { type ConfigurationStore } from '../../configuration/configuration-store';
import { changeRecord, type ChangedRecord } from '../change-record';
import { type UserService } from '../users/user-service';

/** The rules of access keys: two per user, so that the next one can be in use before the last one goes. */
export class AccessKeyService {
  constructor(
    private readonly options: {
      readonly configuration: ConfigurationStore;
      readonly users: UserService;
      readonly uses: AccessKeyUses;
      readonly masterKey: MasterKey;
      readonly randomBytes: (size: number) => Buffer;
      readonly nowMs: () => number;
    },
  ) {}

  /** A new key with its secret, which nobody can read again. @throws SluiceError USER_NOT_FOUND · LIMIT_REACHED */
  async create(
    userName: string,
  ): Promise<{ record: AccessKeyRecord; secretAccessKey: string; configurationVersion: number }> {
    const { masterKey, randomBytes, nowMs } = this.options;
    const made = newAccessKey(randomBytes);
    const record = sealAccessKey(made, masterKey, new Date(nowMs()).toISOString());
    const { configurationVersion } = await this.change(userName, (present) => {
      if (present.length >= LIMITS.accessKeysPerUserMax)
        throw new SluiceError(
          'LIMIT_REACHED',
          `"${userName}" has ${present.length} access keys, as many as a user may have. Delete one to rotate.`,
        );
      return [...present, record];
    });
    return { record, secretAccessKey: made.secretAccessKey, configurationVersion };
  }

  /** Switches a key on or off. @throws SluiceError VALIDATION_FAILED · USER_NOT_FOUND · ACCESS_KEY_NOT_FOUND */
  async setStatus(
    userName: string,
    accessKeyId: string,
    input: unknown,
  ): Promise<{ record: AccessKeyRecord; configurationVersion: number }> {
    const { status } = parseInput(accessKeyChange, input, 'The access key');
    const { record: user, configurationVersion } = await this.change(userName, (present) => {
      assertPresent(present, userName, accessKeyId);
      return present.map((key) => (key.accessKeyId === accessKeyId ? { ...key, status } : key));
    });
    return { record: assertPresent(user.accessKeys, userName, accessKeyId), configurationVersion };
  }

  /** The configuration version. @throws SluiceError USER_NOT_FOUND · ACCESS_KEY_NOT_FOUND */
  async delete(userName: string, accessKeyId: string): Promise<number> {
    const { configurationVersion } = await this.change(userName, (present) => {
      assertPresent(present, userName, accessKeyId);
      return present.filter((key) => key.accessKeyId !== accessKeyId);
    });
    await this.options.uses.forget([accessKeyId]);
    return configurationVersion;
  }

  private change(
    userName: string,
    next: (present: readonly AccessKeyRecord[]) => readonly AccessKeyRecord[],
  ): Promise<ChangedRecord<UserRecord>> {
    return changeRecord(this.options.configuration, 'user', userName, () => {
      const user = this.options.users.get(userName);
      return { ...user, accessKeys: next(user.accessKeys) };
    });
  }
}

function assertPresent(keys: readonly AccessKeyRecord[], userName: string, accessKeyId: string): AccessKeyRecord {
  const found = keys.find((key) => key.accessKeyId === accessKeyId);
  if (found !== undefined) return found;
  const shown = accessKeyId.slice(0, 128);
  throw new SluiceError('ACCESS_KEY_NOT_FOUND', `"${userName}" has no access key "${shown}".`);
}
