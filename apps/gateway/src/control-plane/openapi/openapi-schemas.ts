import { LIMITS } from '@sluice/contracts';

const STRING = { type: 'string' };
const INTEGER = { type: 'integer' };
const listOf = (schema: string): object => ({ type: 'array', items: { $ref: `#/components/schemas/${schema}` } });
const CONFIG_PROPERTIES = {
  timeoutMs: { type: 'integer', minimum: LIMITS.functionTimeoutMsMin, maximum: LIMITS.functionTimeoutMsMax },
  memoryMb: { type: 'integer', minimum: LIMITS.functionMemoryMbMin, maximum: LIMITS.functionMemoryMbMax },
  cpuMs: { type: 'integer', minimum: LIMITS.functionCpuMsMin, maximum: LIMITS.functionCpuMsMax },
  concurrency: { type: 'integer', minimum: 1, maximum: LIMITS.functionConcurrencyMax },
  maxConcurrency: { type: 'integer', minimum: 1, maximum: LIMITS.functionMaxConcurrencyMax },
  idempotent: { type: 'boolean' },
  entry: STRING,
  url: { type: ['object', 'null'], properties: { auth: { enum: ['NONE', 'IAM'] } } },
};

/** What the bodies of the control plane look like (JSON Schema 2020-12). */
export const SCHEMAS: Readonly<Record<string, object>> = {
  Error: {
    type: 'object',
    required: ['code', 'message', 'requestId'],
    properties: {
      code: STRING,
      message: STRING,
      details: { type: 'array', items: { type: 'object' } },
      requestId: STRING,
    },
  },
  Config: {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...CONFIG_PROPERTIES,
      environment: {
        type: 'object',
        additionalProperties: STRING,
        description: 'Names to values; kept encrypted, never answered.',
      },
    },
  },
  Upload: {
    type: 'object',
    required: ['files'],
    additionalProperties: false,
    properties: {
      files: { type: 'object', additionalProperties: STRING },
      config: { $ref: '#/components/schemas/Config' },
    },
  },
  Function: {
    type: 'object',
    properties: {
      name: STRING,
      version: INTEGER,
      revision: { type: 'string', description: 'Of package, config and environment; the ETag.' },
      sha256: { type: 'string', description: 'Of the deployment package.' },
      sizeBytes: { type: 'integer', description: 'Of the compiled script.' },
      handlerKind: { enum: ['lambda', 'fetch'] },
      initMs: { type: 'number' },
      url: { type: ['string', 'null'] },
      config: { type: 'object', properties: CONFIG_PROPERTIES },
      environmentNames: { type: 'array', items: STRING },
      createdAt: { type: 'string', format: 'date-time' },
    },
  },
  FunctionPage: { type: 'object', properties: { functions: listOf('Function'), nextCursor: STRING } },
  VersionList: { type: 'object', properties: { versions: listOf('Function') } },
  LogPage: {
    type: 'object',
    properties: {
      events: {
        type: 'array',
        items: { type: 'object', properties: { timestamp: INTEGER, requestId: STRING, message: STRING } },
      },
      nextCursor: STRING,
      summary: { type: 'object', properties: { records: INTEGER, sampled: INTEGER, trimmed: INTEGER } },
    },
  },
  MetricData: {
    type: 'object',
    properties: {
      metric: STRING,
      unit: { enum: ['Count', 'Milliseconds', 'Bytes'] },
      period: INTEGER,
      start: STRING,
      end: STRING,
      dimensions: { type: 'object', additionalProperties: STRING },
      datapoints: {
        type: 'array',
        items: {
          type: 'object',
          properties: { timestamp: STRING },
          additionalProperties: { type: ['number', 'null'] },
        },
      },
      total: { type: ['object', 'null'], additionalProperties: { type: ['number', 'null'] } },
    },
  },
};
