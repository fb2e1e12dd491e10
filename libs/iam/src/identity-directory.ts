import { userArn, type AccessKeyRecord, type GroupRecord, type UserRecord } from '@sluice/contracts';
import { type MasterKey } from '@sluice/config';
import { accessKeyAad, type AccessKey, type AccessKeySource } from './access-key';
import { compilePolicy, PolicySet, type Policy } from './policy/policy-set';
import { type RootAccessKey } from './root-access-key';

/** Users and groups as they are configured now, by name. */
export interface IdentityRecords {
  readonly users: ReadonlyMap<string, UserRecord>;
  readonly groups: ReadonlyMap<string, GroupRecord>;
}

/**
 * Every access key of the platform with whom it belongs to, in memory. A key is prepared (its secret decrypted, the policies of its
 * user compiled) when it is first used, and again after its user or one of the user's groups has changed.
 */
export class IdentityDirectory implements AccessKeySource {
  /** Access key id → the name of its user. */
  private readonly owners = new Map<string, string>();
  private readonly keyIdsOfUser = new Map<string, readonly string[]>();
  private readonly prepared = new Map<string, AccessKey>();
  private root: RootAccessKey | null = null;

  constructor(private readonly options: { readonly masterKey: MasterKey; readonly records: IdentityRecords }) {}

  /** The root access key is read from Redis, after everything that asks here was put together. */
  useRoot(root: RootAccessKey): void {
    this.root = root;
  }

  /** Null also for a key that is switched off. */
  find(accessKeyId: string): AccessKey | null {
    const prepared = this.prepared.get(accessKeyId) ?? this.root?.find(accessKeyId) ?? null;
    if (prepared !== null) return prepared;
    const user = this.options.records.users.get(this.owners.get(accessKeyId) ?? '');
    const record = user?.accessKeys.find((key) => key.accessKeyId === accessKeyId);
    if (user === undefined || record?.status !== 'Active') return null;
    const key = this.prepare(user, record);
    this.prepared.set(accessKeyId, key);
    return key;
  }

  /** The policies a user has by itself and by its groups. Compiled anew: for who is asked about, not for who asks. */
  policiesOf(user: UserRecord): PolicySet {
    return new PolicySet([
      ...policiesOf('user', user),
      ...user.groups.flatMap((name) => {
        const group = this.options.records.groups.get(name);
        return group === undefined ? [] : policiesOf('group', group);
      }),
    ]);
  }

  /** A user was written or deleted. */
  userChanged(name: string): void {
    for (const id of this.keyIdsOfUser.get(name) ?? []) {
      this.owners.delete(id);
      this.prepared.delete(id);
    }
    const user = this.options.records.users.get(name);
    if (user === undefined) this.keyIdsOfUser.delete(name);
    else this.index(user);
  }

  /** A group was written or deleted: whoever is in it has other policies. */
  groupChanged(): void {
    this.prepared.clear();
  }

  /** Anything may differ. */
  loadAll(): void {
    this.owners.clear();
    this.keyIdsOfUser.clear();
    this.prepared.clear();
    for (const user of this.options.records.users.values()) this.index(user);
  }

  private index({ name, accessKeys }: UserRecord): void {
    const ids = accessKeys.map(({ accessKeyId }) => accessKeyId);
    this.keyIdsOfUser.set(name, ids);
    for (const id of ids) this.owners.set(id, name);
  }

  private prepare(user: UserRecord, { accessKeyId, secret }: AccessKeyRecord): AccessKey {
    return {
      accessKeyId,
      secretAccessKey: this.options.masterKey.decrypt(secret, accessKeyAad(accessKeyId)),
      principal: {
        kind: 'user',
        accessKeyId,
        arn: userArn(user.name),
        userId: user.userId,
        userName: user.name,
        policies: this.policiesOf(user),
      },
    };
  }
}

function policiesOf(kind: 'user' | 'group', { name, policies }: UserRecord | GroupRecord): Policy[] {
  return Object.entries(policies).map(([policyName, document]) =>
    compilePolicy(document, { name: `${kind}/${name}/${policyName}` }),
  );
}
