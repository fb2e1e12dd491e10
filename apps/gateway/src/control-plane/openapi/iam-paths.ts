import { error, inPath, inQuery, json, plain, type Operation } from './operation';

const USER = inPath('user', 'User name: 1 to 64 letters, digits or any of +=,.@_-.');
const GROUP = inPath('group', 'Group name: 1 to 128 letters, digits or any of +=,.@_-.');
const KEY = inPath('accessKeyId', 'Id of the access key.');
const POLICY = inPath('policy', 'Policy name: 1 to 128 letters, digits or any of +=,.@_-.');
const NAME = inPath('name', 'Function name: 1 to 64 letters, digits, "-" or "_".');
const PAGE = [
  inQuery('limit', 'Entries in one answer, 1 to 1000; 50 unless given.'),
  inQuery('cursor', 'nextCursor of the answer before.'),
];
const INVALID = { '400': error('VALIDATION_FAILED naming each field.') };
const MISSING = { '404': error('There is none of that name.') };
const LIMIT = { '409': error('LIMIT_REACHED') };
const UNSTORED = { '503': error('STORE_UNAVAILABLE; nothing was changed.') };
const POLICY_BODY = { required: true, ...json('An AWS policy document.', 'PolicyDocument') };
const tags = ['access'];

/** Users, groups, access keys and policies. */
export const IAM_PATHS: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  '/v1/users': {
    get: { summary: 'List users', tags, parameters: PAGE, responses: { '200': json('A page of users.', 'UserList') } },
  },
  '/v1/users/{user}': {
    put: {
      summary: 'Create a user, or replace its description and groups',
      tags,
      parameters: [USER],
      requestBody: json('Nothing is required.', 'UserSettings'),
      responses: {
        '200': json('Replaced.', 'User'),
        '201': json('Created.', 'User'),
        ...INVALID,
        ...LIMIT,
        ...UNSTORED,
      },
    },
    get: {
      summary: 'Read a user',
      tags,
      parameters: [USER],
      responses: { '200': json('The user.', 'User'), ...MISSING },
    },
    delete: {
      summary: 'Delete a user with its policies and access keys',
      tags,
      parameters: [USER],
      responses: { '204': plain('Deleted.'), ...MISSING, ...UNSTORED },
    },
  },
  '/v1/users/{user}/access-keys': {
    get: {
      summary: 'List the access keys of a user, with their last use',
      tags,
      parameters: [USER],
      responses: { '200': json('The keys, without their secrets.', 'AccessKeyList'), ...MISSING },
    },
    post: {
      summary: 'Make an access key; at most two per user',
      tags,
      parameters: [USER],
      responses: {
        '201': json('The key with its secret, which nobody can read again.', 'NewAccessKey'),
        ...MISSING,
        ...LIMIT,
        ...UNSTORED,
      },
    },
  },
  '/v1/users/{user}/access-keys/{accessKeyId}': {
    patch: {
      summary: 'Switch an access key on or off',
      tags,
      parameters: [USER, KEY],
      requestBody: { required: true, ...json('The status.', 'AccessKeyChange') },
      responses: { '200': json('The key.', 'AccessKey'), ...INVALID, ...MISSING, ...UNSTORED },
    },
    delete: {
      summary: 'Delete an access key',
      tags,
      parameters: [USER, KEY],
      responses: { '204': plain('Deleted.'), ...MISSING, ...UNSTORED },
    },
  },
  '/v1/users/{user}/policies/{policy}': policyOperations('user', [USER, POLICY], LIMIT),
  '/v1/groups': {
    get: {
      summary: 'List groups',
      tags,
      parameters: PAGE,
      responses: { '200': json('A page of groups.', 'GroupList') },
    },
  },
  '/v1/groups/{group}': {
    put: {
      summary: 'Create a group, or replace its description',
      tags,
      parameters: [GROUP],
      requestBody: json('Nothing is required.', 'GroupSettings'),
      responses: {
        '200': json('Replaced.', 'Group'),
        '201': json('Created.', 'Group'),
        ...INVALID,
        ...LIMIT,
        ...UNSTORED,
      },
    },
    get: {
      summary: 'Read a group and who is in it',
      tags,
      parameters: [GROUP],
      responses: { '200': json('The group.', 'Group'), ...MISSING },
    },
    delete: {
      summary: 'Delete a group that nobody is in',
      tags,
      parameters: [GROUP],
      responses: {
        '204': plain('Deleted.'),
        ...MISSING,
        '409': error('GROUP_IN_USE naming the users.'),
        ...UNSTORED,
      },
    },
  },
  '/v1/groups/{group}/policies/{policy}': policyOperations('group', [GROUP, POLICY], LIMIT),
  '/v1/functions/{name}/policy': policyOperations('function', [NAME], {}),
  '/v1/policies/simulate': {
    post: {
      summary: 'Ask what policies decide, without anything being done',
      tags,
      requestBody: { required: true, ...json('The questions.', 'PolicySimulation') },
      responses: { '200': json('One decision per action and resource.', 'PolicyDecisions'), ...INVALID, ...MISSING },
    },
  },
  '/v1/whoami': {
    get: {
      summary: 'Whose access key this is; every principal may ask',
      tags,
      responses: { '200': json('The principal.', 'Caller') },
    },
  },
};

function policyOperations(
  of: 'user' | 'group' | 'function',
  parameters: readonly object[],
  limit: Readonly<Record<string, object>>,
): Readonly<Record<string, Operation>> {
  const what = of === 'function' ? "a function's resource policy" : `a policy of a ${of}`;
  return {
    put: {
      summary: `Write ${what}`,
      tags,
      parameters,
      requestBody: POLICY_BODY,
      responses: {
        '200': json('Replaced.', 'PolicyDocument'),
        '201': json('Created.', 'PolicyDocument'),
        ...INVALID,
        ...MISSING,
        ...limit,
        ...UNSTORED,
      },
    },
    get: {
      summary: `Read ${what}`,
      tags,
      parameters,
      responses: { '200': json('As it was written.', 'PolicyDocument'), ...MISSING },
    },
    delete: {
      summary: `Delete ${what}`,
      tags,
      parameters,
      responses: { '204': plain('Deleted.'), ...MISSING, ...UNSTORED },
    },
  };
}
