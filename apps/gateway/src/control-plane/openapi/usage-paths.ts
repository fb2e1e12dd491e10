import { error, inHeader, inPath, inQuery, json, plain, type Operation } from './operation';

const PLAN = inPath('plan', 'Usage plan: 1 to 64 letters, digits, "-" or "_".');
const KEY = inPath('key', 'Id of the API key.');
const PAGE = [
  inQuery('limit', 'Entries in one answer, 1 to 1000; 50 unless given.'),
  inQuery('cursor', 'nextCursor of the answer before.'),
];
const DAYS = [
  inQuery('from', 'First day, such as 2026-11-01 (UTC); the first of the month of the last day unless given.'),
  inQuery('to', 'Last day; today unless given.'),
];
const IF_MATCH = inHeader('If-Match', 'ETag of the state this write is meant for; another state is answered 412.');
const IF_NONE_MATCH = inHeader('If-None-Match', '"*": write only what does not exist yet.');
const INVALID = { '400': error('VALIDATION_FAILED naming each place.') };
const NO_PLAN = { '404': error('No such usage plan.') };
const NO_KEY = { '404': error('No such API key.') };
const FULL = { '409': error('LIMIT_REACHED') };
const FAILED = { '412': error('PRECONDITION_FAILED') };
const UNSTORED = { '503': error('STORE_UNAVAILABLE') };
const body = (schema: string): object => ({ required: true, ...json('', schema) });

/** Who may call how often, and what it costs. */
export const USAGE_PATHS: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  '/v1/usage-plans': {
    get: {
      summary: 'List usage plans',
      tags: ['usage plans'],
      parameters: PAGE,
      responses: { '200': json('A page of usage plans.', 'UsagePlanPage') },
    },
  },
  '/v1/usage-plans/{plan}': {
    put: {
      summary: 'Create or replace a usage plan',
      tags: ['usage plans'],
      parameters: [PLAN, IF_MATCH, IF_NONE_MATCH],
      requestBody: body('UsagePlanSettings'),
      responses: {
        '200': json('The plan as it is now.', 'UsagePlan'),
        '201': json('The new plan.', 'UsagePlan'),
        ...INVALID,
        ...FULL,
        ...FAILED,
        ...UNSTORED,
      },
    },
    get: {
      summary: 'Read a usage plan',
      tags: ['usage plans'],
      parameters: [PLAN],
      responses: { '200': json('The plan.', 'UsagePlan'), '304': plain('If-None-Match has it.'), ...NO_PLAN },
    },
    delete: {
      summary: 'Delete a usage plan that no API key belongs to',
      tags: ['usage plans'],
      parameters: [PLAN, IF_MATCH],
      responses: {
        '204': plain('Deleted.'),
        ...NO_PLAN,
        '409': error('USAGE_PLAN_IN_USE naming the keys.'),
        ...FAILED,
        ...UNSTORED,
      },
    },
  },
  '/v1/usage-plans/{plan}/usage': {
    get: {
      summary: 'Requests used and remaining, per API key and day',
      tags: ['usage plans'],
      parameters: [PLAN, ...DAYS, inQuery('key', 'Only this API key.'), ...PAGE],
      responses: { '200': json('Per key a list of [used, remaining], one per day.', 'PlanUsage'), ...NO_PLAN },
    },
  },
  '/v1/usage-plans/{plan}/keys/{key}/usage': {
    patch: {
      summary: 'Set how many requests beyond its quota a key may make in the present period',
      tags: ['usage plans'],
      parameters: [PLAN, KEY],
      requestBody: body('UsageGrant'),
      responses: { '200': json('How the period stands.', 'QuotaState'), ...INVALID, ...NO_PLAN, ...UNSTORED },
    },
  },
  '/v1/api-keys': {
    get: {
      summary: 'List API keys; values are never shown',
      tags: ['api keys'],
      parameters: PAGE,
      responses: { '200': json('A page of API keys.', 'ApiKeyPage') },
    },
    post: {
      summary: 'Make an API key, or import a file of them',
      tags: ['api keys'],
      parameters: [
        inQuery('mode', 'import: the body is CSV with the columns name,key,description,enabled,usageplanIds.'),
      ],
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: { $ref: '#/components/schemas/NewApiKey' } },
          'text/csv': { schema: { type: 'string' } },
        },
      },
      responses: {
        '201': json('The key with its value, which is not shown again; of an import the ids.', 'IssuedApiKey'),
        ...INVALID,
        ...FULL,
        ...UNSTORED,
      },
    },
  },
  '/v1/api-keys/{key}': {
    get: {
      summary: 'Read an API key without its value',
      tags: ['api keys'],
      parameters: [KEY],
      responses: { '200': json('The key.', 'ApiKey'), ...NO_KEY },
    },
    patch: {
      summary: 'Change an API key: enable, disable, expire, put it into usage plans',
      tags: ['api keys'],
      parameters: [KEY],
      requestBody: body('ApiKeyChange'),
      responses: { '200': json('The key as it is now.', 'ApiKey'), ...INVALID, ...NO_KEY, ...UNSTORED },
    },
    delete: {
      summary: 'Delete an API key',
      tags: ['api keys'],
      parameters: [KEY],
      responses: { '204': plain('Deleted; what it used stays in the reports.'), ...NO_KEY, ...UNSTORED },
    },
  },
  '/v1/api-keys/{key}/rotate': {
    post: {
      summary: 'Give an API key another value; the old one may be accepted a while longer',
      tags: ['api keys'],
      parameters: [KEY],
      requestBody: json('', 'ApiKeyRotation'),
      responses: { '200': json('The key with its new value.', 'IssuedApiKey'), ...INVALID, ...NO_KEY, ...UNSTORED },
    },
  },
  '/v1/usage': {
    get: {
      summary: 'Requests and their cost',
      tags: ['usage plans'],
      parameters: [
        ...DAYS,
        inQuery('groupBy', 'plan, key, api, day; several with commas between them. plan unless given.'),
        inQuery('format', 'csv or json; else by the Accept header.'),
      ],
      responses: {
        '200': {
          description: 'A row per group that was used, and the total.',
          content: {
            'application/json': { schema: { $ref: '#/components/schemas/UsageReport' } },
            'text/csv': { schema: { type: 'string' } },
          },
        },
        '400': error('A parameter is not known or not a day.'),
        ...UNSTORED,
      },
    },
  },
};
