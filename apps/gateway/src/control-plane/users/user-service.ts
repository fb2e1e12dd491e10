import { LIMITS, parseInput, SluiceError, userSettings, type UserRecord } from '@sluice/contracts';
import { newId, type AccessKeyUses } from '@sluice/iam';
import { type ConfigurationStore } from '../../configuration/configuration-store';
import { changeRecord, deleteRecord, type ChangedRecord } from '../change-record';

/** The rules of users. Policies and access keys have services of their own. */
export class UserService {
  constructor(
    private readonly options: {
      readonly configuration: ConfigurationStore;
      readonly uses: AccessKeyUses;
      readonly randomBytes: (size: number) => Buffer;
      readonly nowMs: () => number;
    },
  ) {}

  /** @throws SluiceError USER_NOT_FOUND */
  get(name: string): UserRecord {
    const user = this.options.configuration.records('user').get(name);
    if (user === undefined) throw new SluiceError('USER_NOT_FOUND', `There is no user "${name}".`);
    return user;
  }

  /** Creates the user, or replaces its description and groups. @throws SluiceError VALIDATION_FAILED · LIMIT_REACHED */
  async put(name: string, input: unknown): Promise<ChangedRecord<UserRecord>> {
    const { configuration, randomBytes, nowMs } = this.options;
    const { groups, description } = parseInput(userSettings, input, 'The user');
    return changeRecord(configuration, 'user', name, (present) => {
      this.checkGroups(groups);
      if (present === null && configuration.records('user').size >= LIMITS.usersMax)
        throw new SluiceError('LIMIT_REACHED', `There are ${LIMITS.usersMax} users, as many as there may be.`);
      return {
        schema: 1,
        name,
        userId: present?.userId ?? newId('AIDA', randomBytes),
        groups,
        policies: present?.policies ?? {},
        accessKeys: present?.accessKeys ?? [],
        createdAt: present?.createdAt ?? new Date(nowMs()).toISOString(),
        ...(description === undefined ? {} : { description }),
      };
    });
  }

  /** With its policies and access keys; the configuration version. @throws SluiceError USER_NOT_FOUND */
  async delete(name: string): Promise<number> {
    const { configuration, uses } = this.options;
    const { accessKeys } = this.get(name);
    const version = await deleteRecord(configuration, 'user', name, () => this.get(name));
    await uses.forget(accessKeys.map(({ accessKeyId }) => accessKeyId));
    return version;
  }

  private checkGroups(groups: readonly string[]): void {
    const present = this.options.configuration.records('group');
    const details = groups.flatMap((name, index) =>
      present.has(name) ? [] : [{ path: `groups[${index}]`, message: `there is no group "${name}"` }],
    );
    if (details.length > 0)
      throw new SluiceError('VALIDATION_FAILED', 'The user is to be in a group that does not exist.', { details });
  }
}
