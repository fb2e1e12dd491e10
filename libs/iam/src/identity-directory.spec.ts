import { randomBytes } from 'node:crypto';
import { type GroupRecord, type PolicyDocument, type UserRecord } from '@sluice/contracts';
import { MasterKey } from '@sluice/config';
import { newAccessKey, sealAccessKey } from './access-key';
import { authorize } from './authorize';
import { IdentityDirectory } from './identity-directory';
import { conditionContext } from './policy/condition-context';
import { RootAccessKey } from './root-access-key';

const masterKey = new MasterKey(Buffer.alloc(32, 1));
const createdAt = '2026-01-01T00:00:00.000Z';
const users = new Map<string, UserRecord>();
const groups = new Map<string, GroupRecord>();
let directory: IdentityDirectory;

beforeEach(() => {
  users.clear();
  groups.clear();
  directory = new IdentityDirectory({ masterKey, records: { users, groups } });
});

function allow(Action: string): PolicyDocument {
  return { Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource: '*' } };
}

function addUser(name: string, changed: Partial<UserRecord> = {}): { accessKeyId: string; secretAccessKey: string } {
  const made = newAccessKey(randomBytes);
  const accessKeys = [sealAccessKey(made, masterKey, createdAt)];
  users.set(name, {
    schema: 1,
    name,
    userId: `AIDA${name}`,
    groups: [],
    policies: {},
    accessKeys,
    createdAt,
    ...changed,
  });
  directory.userChanged(name);
  return made;
}

const may = (accessKeyId: string, action: string): boolean => {
  const principal = directory.find(accessKeyId)?.principal ?? null;
  const request = { principal, action, resource: 'arn:x', context: conditionContext({}), resourcePolicy: null };
  return authorize(request) === 'allowed';
};

test('a key is found with its secret and whose it is', () => {
  const key = addUser('ann');
  expect(directory.find(key.accessKeyId)).toMatchObject({
    ...key,
    principal: { kind: 'user', arn: 'arn:aws:iam::000000000000:user/ann', userName: 'ann', userId: 'AIDAann' },
  });
  expect(directory.find('AKIAUNKNOWNUNKNOWN00')).toBeNull();
});

test('a secret is not in its record in clear, and opens under no other id', () => {
  const key = addUser('ann');
  const [record] = users.get('ann')?.accessKeys ?? [];
  expect(JSON.stringify(record)).not.toContain(key.secretAccessKey);
  addUser('eve', { accessKeys: record === undefined ? [] : [{ ...record, accessKeyId: 'AKIAEVEEVEEVEEVE0000' }] });
  expect(() => directory.find('AKIAEVEEVEEVEEVE0000')).toThrow(/stood somewhere else/);
});

test('root is found once its key is known, and may do everything', () => {
  const root = { accessKeyId: 'AKIAROOTROOTROOT0000', secretAccessKey: 'secret-of-the-root' };
  expect(directory.find(root.accessKeyId)).toBeNull();
  directory.useRoot(new RootAccessKey(root));
  expect(may(root.accessKeyId, 'sluice:DeleteApi')).toBe(true);
});

test('a user may do what its own policies and those of its groups allow, as they are now', () => {
  const { accessKeyId } = addUser('ann', { groups: ['staff'], policies: { own: allow('sluice:Get*') } });
  expect([may(accessKeyId, 'sluice:GetApi'), may(accessKeyId, 'sluice:PutApi')]).toEqual([true, false]);
  groups.set('staff', { schema: 1, name: 'staff', policies: { writes: allow('sluice:Put*') }, createdAt });
  directory.groupChanged();
  expect(may(accessKeyId, 'sluice:PutApi')).toBe(true);
  groups.delete('staff');
  directory.groupChanged();
  expect(may(accessKeyId, 'sluice:PutApi')).toBe(false);
});

test('a key that is switched off, deleted, or of a deleted user is not found any more', () => {
  const { accessKeyId } = addUser('ann');
  const change = (changed: Partial<UserRecord>) => {
    const present = users.get('ann');
    if (present !== undefined) users.set('ann', { ...present, ...changed });
    directory.userChanged('ann');
  };
  const accessKeys = users.get('ann')?.accessKeys ?? [];
  expect(directory.find(accessKeyId)).not.toBeNull();
  change({ accessKeys: accessKeys.map((key) => ({ ...key, status: 'Inactive' })) });
  expect(directory.find(accessKeyId)).toBeNull();
  change({ accessKeys });
  expect(directory.find(accessKeyId)).not.toBeNull();
  change({ accessKeys: [] });
  expect(directory.find(accessKeyId)).toBeNull();
  change({ accessKeys });
  users.delete('ann');
  directory.userChanged('ann');
  expect(directory.find(accessKeyId)).toBeNull();
});

test('after a load of everything, what is gone is gone and what is new is there', () => {
  const ann = addUser('ann');
  const bob = addUser('bob');
  users.delete('ann');
  directory.loadAll();
  expect(directory.find(ann.accessKeyId)).toBeNull();
  expect(directory.find(bob.accessKeyId)).not.toBeNull();
});
