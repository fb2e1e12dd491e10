const STRING = { type: 'string' };
const STRINGS = { type: 'array', items: STRING };
const DATE = { type: 'string', format: 'date-time' };
const STATUS = { enum: ['Active', 'Inactive'] };
const VERDICT = { enum: ['allowed', 'explicitDeny', 'implicitDeny'] };
const object = (properties: Record<string, object>): object => ({ type: 'object', properties });
const refersTo = (schema: string): object => ({ $ref: `#/components/schemas/${schema}` });
const listOf = (schema: string): object => ({ type: 'array', items: refersTo(schema) });

/** Bodies of users, groups, access keys and policies. */
export const IAM_SCHEMAS: Readonly<Record<string, object>> = {
  UserSettings: object({ description: STRING, groups: STRINGS }),
  User: object({
    name: STRING,
    arn: STRING,
    userId: STRING,
    description: STRING,
    groups: STRINGS,
    policies: STRINGS,
    accessKeys: { type: 'array', items: object({ accessKeyId: STRING, status: STATUS }) },
    createdAt: DATE,
  }),
  UserList: object({ users: listOf('User'), nextCursor: STRING }),
  AccessKey: object({
    accessKeyId: STRING,
    status: STATUS,
    createdAt: DATE,
    lastUsedAt: DATE,
    lastUsedService: STRING,
  }),
  AccessKeyList: object({ accessKeys: listOf('AccessKey') }),
  AccessKeyChange: object({ status: STATUS }),
  NewAccessKey: object({ accessKeyId: STRING, secretAccessKey: STRING, status: STATUS, createdAt: DATE }),
  GroupSettings: object({ description: STRING }),
  Group: object({ name: STRING, description: STRING, policies: STRINGS, users: STRINGS, createdAt: DATE }),
  GroupList: object({ groups: listOf('Group'), nextCursor: STRING }),
  PolicyDocument: {
    ...object({
      Version: { enum: ['2012-10-17', '2008-10-17'] },
      Id: STRING,
      Statement: { type: ['object', 'array'] },
    }),
    required: ['Statement'],
  },
  PolicySimulation: {
    ...object({
      principal: STRING,
      policies: listOf('PolicyDocument'),
      resourcePolicy: refersTo('PolicyDocument'),
      actions: STRINGS,
      resources: STRINGS,
      context: { type: 'object', additionalProperties: { type: ['string', 'array'] } },
    }),
    required: ['actions'],
  },
  PolicyDecisions: object({
    decisions: {
      type: 'array',
      items: object({
        action: STRING,
        resource: STRING,
        decision: VERDICT,
        matchedStatements: {
          type: 'array',
          items: object({
            policy: STRING,
            sid: { type: ['string', 'null'] },
            statement: { type: 'integer' },
            effect: { enum: ['Allow', 'Deny'] },
          }),
        },
      }),
    },
  }),
  Caller: object({
    kind: { enum: ['root', 'user'] },
    arn: STRING,
    userId: STRING,
    account: STRING,
    accessKeyId: STRING,
  }),
};
