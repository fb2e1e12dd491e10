const STRING = { type: 'string' };
const STRINGS = { type: 'array', items: STRING };
const INTEGER = { type: 'integer' };
const BOOLEAN = { type: 'boolean' };
const DATE = { type: 'string', format: 'date-time' };
const object = (properties: Record<string, object>, required?: readonly string[]): object => ({
  type: 'object',
  properties,
  ...(required === undefined ? {} : { required }),
});
const listOf = (schema: string): object => ({ type: 'array', items: { $ref: `#/components/schemas/${schema}` } });

const THROTTLE = object({ rate: { type: 'number' }, burst: INTEGER }, ['rate', 'burst']);
const PLAN_STAGES = {
  type: 'array',
  items: object({ api: STRING, stage: STRING, routes: { type: 'object', additionalProperties: THROTTLE } }, ['api']),
};
const QUOTA = object({ limit: INTEGER, period: { enum: ['DAY', 'WEEK', 'MONTH'] }, offset: INTEGER }, [
  'limit',
  'period',
]);
const PRICE_TIERS = {
  type: 'array',
  items: object({ upToRequests: { type: ['integer', 'null'] }, microDollarsPerMillion: INTEGER }),
};
const TAGS = { type: 'object', additionalProperties: STRING };
const KEY_SETTINGS = {
  name: STRING,
  description: STRING,
  enabled: BOOLEAN,
  expiresAt: DATE,
  usagePlans: STRINGS,
  customerId: STRING,
  tags: TAGS,
};
const KEY = {
  id: STRING,
  ...KEY_SETTINGS,
  prefix: STRING,
  previousValueAcceptedUntil: DATE,
  createdAt: DATE,
  updatedAt: DATE,
};
const orNull = ({ type, ...rest }: { type: string }): object => ({ ...rest, type: [type, 'null'] });

/** Bodies of usage plans, API keys and usage. */
export const USAGE_SCHEMAS: Readonly<Record<string, object>> = {
  UsagePlanSettings: object(
    {
      description: STRING,
      stages: PLAN_STAGES,
      throttle: THROTTLE,
      quota: QUOTA,
      quotaAlerts: object({ percents: { type: 'array', items: INTEGER }, url: STRING, secret: STRING }),
      priceTiers: PRICE_TIERS,
    },
    ['stages'],
  ),
  UsagePlan: object({
    name: STRING,
    description: STRING,
    stages: PLAN_STAGES,
    throttle: THROTTLE,
    quota: QUOTA,
    quotaAlerts: object({ percents: { type: 'array', items: INTEGER }, url: STRING, signed: BOOLEAN }),
    priceTiers: PRICE_TIERS,
    createdAt: DATE,
    updatedAt: DATE,
  }),
  UsagePlanPage: object({ usagePlans: listOf('UsagePlan'), nextCursor: STRING }),
  PlanUsage: object({
    usagePlan: STRING,
    from: STRING,
    to: STRING,
    items: {
      type: 'object',
      additionalProperties: { type: 'array', items: { type: 'array', items: { type: ['integer', 'null'] } } },
    },
    nextCursor: STRING,
  }),
  UsageGrant: object({ extraRequests: INTEGER }, ['extraRequests']),
  QuotaState: object({
    used: INTEGER,
    limit: INTEGER,
    extraRequests: INTEGER,
    remaining: INTEGER,
    periodStartsAt: DATE,
    periodEndsAt: DATE,
  }),
  NewApiKey: object({ ...KEY_SETTINGS, value: STRING }, ['name']),
  ApiKey: object({ ...KEY, lastUsedAt: DATE }),
  IssuedApiKey: object({ ...KEY, value: STRING }),
  ApiKeyPage: object({ apiKeys: listOf('ApiKey'), nextCursor: STRING }),
  ApiKeyChange: object({
    ...KEY_SETTINGS,
    description: orNull(STRING),
    expiresAt: orNull(DATE),
    customerId: orNull(STRING),
  }),
  ApiKeyRotation: object({ graceSeconds: INTEGER, value: STRING }),
  UsageReport: object({
    from: STRING,
    to: STRING,
    groupBy: STRINGS,
    currency: STRING,
    rows: {
      type: 'array',
      items: object({
        plan: STRING,
        key: STRING,
        keyName: STRING,
        customerId: STRING,
        api: STRING,
        day: STRING,
        requests: INTEGER,
        costMicroDollars: INTEGER,
        cost: STRING,
      }),
    },
    total: object({ requests: INTEGER, costMicroDollars: INTEGER, cost: STRING }),
  }),
};
