import { groupSettings, LIMITS, parseInput, SluiceError, type GroupRecord } from '@sluice/contracts';
import { type ConfigurationStore } from '../../configuration/configuration-store';
import { changeRecord, deleteRecord, type ChangedRecord } from '../change-record';

/** The rules of groups. A user says which groups it is in. */
export class GroupService {
  constructor(private readonly options: { readonly configuration: ConfigurationStore; readonly nowMs: () => number }) {}

  /** @throws SluiceError GROUP_NOT_FOUND */
  get(name: string): GroupRecord {
    const group = this.options.configuration.records('group').get(name);
    if (group === undefined) throw new SluiceError('GROUP_NOT_FOUND', `There is no group "${name}".`);
    return group;
  }

  /** The names of the users in a group. */
  usersIn(name: string): string[] {
    return [...this.options.configuration.records('user').values()]
      .filter(({ groups }) => groups.includes(name))
      .map((user) => user.name)
      .sort();
  }

  /** Creates the group, or replaces its description. @throws SluiceError VALIDATION_FAILED · LIMIT_REACHED */
  async put(name: string, input: unknown): Promise<ChangedRecord<GroupRecord>> {
    const { configuration, nowMs } = this.options;
    const { description } = parseInput(groupSettings, input, 'The group');
    return changeRecord(configuration, 'group', name, (present) => {
      if (present === null && configuration.records('group').size >= LIMITS.groupsMax)
        throw new SluiceError('LIMIT_REACHED', `There are ${LIMITS.groupsMax} groups, as many as there may be.`);
      return {
        schema: 1,
        name,
        policies: present?.policies ?? {},
        createdAt: present?.createdAt ?? new Date(nowMs()).toISOString(),
        ...(description === undefined ? {} : { description }),
      };
    });
  }

  /** The configuration version. @throws SluiceError GROUP_NOT_FOUND · GROUP_IN_USE */
  async delete(name: string): Promise<number> {
    return deleteRecord(this.options.configuration, 'group', name, () => {
      const group = this.get(name);
      const users = this.usersIn(name);
      if (users.length === 0) return group;
      throw new SluiceError('GROUP_IN_USE', `${users.length} users are in the group "${name}".`, {
        details: users.slice(0, 100).map((user) => ({ path: `user/${user}`, message: 'is in the group' })),
      });
    });
  }
}
