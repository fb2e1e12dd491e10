import {
  LIMITS,
  parseInput,
  policyDocument,
  SluiceError,
  type GroupRecord,
  type PolicyDocument,
  type UserRecord,
} from '@sluice/contracts';
import { type ConfigurationStore } from '../../configuration/configuration-store';
import { type GroupService } from '../groups/group-service';
import { changeRecord, type ChangedRecord } from '../change-record';
import { type UserService } from '../users/user-service';

/** What has policies of its own. */
type IdentityKind = 'user' | 'group';
type Policies = Readonly<Record<string, PolicyDocument>>;

/** The rules of the policies that users and groups have. */
export class IdentityPolicyService {
  constructor(
    private readonly options: {
      readonly configuration: ConfigurationStore;
      readonly users: UserService;
      readonly groups: GroupService;
    },
  ) {}

  /** @throws SluiceError USER_NOT_FOUND · GROUP_NOT_FOUND · POLICY_NOT_FOUND */
  get(kind: IdentityKind, name: string, policyName: string): PolicyDocument {
    return found(this.of(kind, name).policies, kind, name, policyName);
  }

  /** @throws SluiceError VALIDATION_FAILED · USER_NOT_FOUND · GROUP_NOT_FOUND · LIMIT_REACHED */
  async put(
    kind: IdentityKind,
    name: string,
    policyName: string,
    input: unknown,
  ): Promise<{ created: boolean; document: PolicyDocument; configurationVersion: number }> {
    const document = parseInput(policyDocument('identity'), input, 'The policy');
    let created = false;
    const { configurationVersion } = await this.change(kind, name, (present) => {
      created = !Object.hasOwn(present, policyName);
      if (created && Object.keys(present).length >= LIMITS.policiesPerPrincipalMax)
        throw new SluiceError(
          'LIMIT_REACHED',
          `The ${kind} "${name}" has ${LIMITS.policiesPerPrincipalMax} policies, as many as there may be.`,
        );
      return { ...present, [policyName]: document };
    });
    return { created, document, configurationVersion };
  }

  /** The configuration version. @throws SluiceError USER_NOT_FOUND · GROUP_NOT_FOUND · POLICY_NOT_FOUND */
  async delete(kind: IdentityKind, name: string, policyName: string): Promise<number> {
    const { configurationVersion } = await this.change(kind, name, (present) => {
      found(present, kind, name, policyName);
      const { [policyName]: _deleted, ...kept } = present;
      return kept;
    });
    return configurationVersion;
  }

  private of(kind: IdentityKind, name: string): UserRecord | GroupRecord {
    return kind === 'user' ? this.options.users.get(name) : this.options.groups.get(name);
  }

  private change(
    kind: IdentityKind,
    name: string,
    next: (present: Policies) => Policies,
  ): Promise<ChangedRecord<UserRecord | GroupRecord>> {
    const { configuration, users, groups } = this.options;
    const withNext = <R extends UserRecord | GroupRecord>(record: R): R => ({
      ...record,
      policies: next(record.policies),
    });
    return kind === 'user'
      ? changeRecord(configuration, 'user', name, () => withNext(users.get(name)))
      : changeRecord(configuration, 'group', name, () => withNext(groups.get(name)));
  }
}

function found(policies: Policies, kind: IdentityKind, name: string, policyName: string): PolicyDocument {
  const document = Object.hasOwn(policies, policyName) ? policies[policyName] : undefined;
  if (document !== undefined) return document;
  throw new SluiceError('POLICY_NOT_FOUND', `The ${kind} "${name}" has no policy "${policyName}".`);
}
