import { LIMITS } from '@sluice/contracts';
import { API_PATHS } from './api-paths';
import { API_SCHEMAS } from './api-schemas';
import { AUTHORIZER_PATHS } from './authorizer-paths';
import { CACHE_PATHS } from './cache-paths';
import { IAM_PATHS } from './iam-paths';
import { IAM_SCHEMAS } from './iam-schemas';
import { ALARM_PATHS } from './alarm-paths';
import { METRIC_PATHS } from './metric-paths';
import { SCHEMAS } from './openapi-schemas';
import { USAGE_PATHS } from './usage-paths';
import { USAGE_SCHEMAS } from './usage-schemas';
import { error, inHeader, inPath, inQuery, json, plain, type Operation } from './operation';

/**
 * The control plane in OpenAPI 3.1, kept by hand; a spec holds it and the controllers together, route by route.
 * https://spec.openapis.org/oas/v3.1.1.html
 */
export function openApiDocument(serverUrl: string): OpenApiDocument {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Sluice control plane',
      version: '1',
      description:
        'Functions and APIs of this installation. Authenticate with HTTP Basic (access key id and secret) or AWS Signature Version 4 ' +
        '(service sluice, lambda, apigateway or execute-api; any region). Every error is { code, message, details?, requestId }.',
    },
    servers: [{ url: serverUrl }],
    security: [{ basic: [] }, { signatureV4: [] }],
    paths: PATHS,
    components: {
      securitySchemes: {
        basic: { type: 'http', scheme: 'basic' },
        signatureV4: { type: 'apiKey', in: 'header', name: 'Authorization', description: 'AWS4-HMAC-SHA256 …' },
      },
      schemas: { ...SCHEMAS, ...API_SCHEMAS, ...IAM_SCHEMAS, ...USAGE_SCHEMAS },
    },
  };
}

export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly object[];
  readonly security: readonly object[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: object;
}

const NAME = inPath('name', 'Function name: 1 to 64 letters, digits, "-" or "_".');
const PAGE = [
  inQuery('limit', 'Entries in one answer, 1 to 1000; 50 unless given.'),
  inQuery('cursor', 'nextCursor of the answer before.'),
];
const IF_MATCH = inHeader('If-Match', 'ETag of the state this write is meant for; another state is answered 412.');
const IF_NONE_MATCH = inHeader('If-None-Match', '"*": write only what does not exist yet.');
const NOT_FOUND = { '404': error('No such function, version or API.') };
const WRITE_ERRORS = {
  '409': error('CONFLICT, or FUNCTION_IN_USE naming the routes.'),
  '412': error('PRECONDITION_FAILED'),
  '503': error('STORE_UNAVAILABLE; nothing was changed.'),
};
const OPEN: readonly object[] = [];
const CONFIG_PARAMETERS = [
  inQuery('timeoutMs', `Wall-clock time of one invocation; ${LIMITS.functionTimeoutMsDefault} unless given.`),
  inQuery('memoryMb', `Heap of one execution environment; ${LIMITS.functionMemoryMbDefault} unless given.`),
  inQuery('cpuMs', `Running time of one invocation; ${LIMITS.functionCpuMsDefault} unless given.`),
  inQuery('concurrency', 'Invocations one execution environment runs at the same time.'),
  inQuery('maxConcurrency', 'Invocations one runner runs at the same time.'),
  inQuery('idempotent', 'true: may be run a second time when its host died under it.'),
  inQuery('entry', 'File whose exports hold the handler.'),
  inQuery(
    'url',
    'NONE: a function URL for everybody; IAM: for signed requests that a policy allows; empty removes it.',
  ),
];
const UPLOAD = {
  required: true,
  content: {
    'application/typescript': { schema: { type: 'string' } },
    'text/javascript': { schema: { type: 'string' } },
    'application/json': { schema: { $ref: '#/components/schemas/Upload' } },
  },
};
const INVOKE: Operation = {
  summary: 'Invoke a function and wait for its result',
  tags: ['invocations'],
  parameters: [
    NAME,
    inQuery('qualifier', 'Version; the newest unless given. Called Qualifier on the AWS path.'),
    inHeader('X-Amz-Invocation-Type', 'RequestResponse or DryRun.'),
  ],
  requestBody: { content: { '*/*': { schema: {} } }, description: 'The event as JSON; empty is {}.' },
  responses: {
    '200': plain(
      'What the handler returned, or with X-Amz-Function-Error its error. X-Amz-Executed-Version names the version.',
    ),
    '204': plain('DryRun: the invocation would be accepted.'),
    '400': error('The payload is not JSON, or the invocation type is not available.'),
    ...NOT_FOUND,
    '413': error('The payload is over its limit.'),
    '429': error('The function already runs as often as its maxConcurrency allows.'),
    '502': error('Sandbox host or runner died while the function ran.'),
    '503': error('Nothing ran: no runner took it, the queue is full, or the function is switched off for a minute.'),
  },
};

const PATHS: OpenApiDocument['paths'] = {
  '/v1/functions': {
    get: {
      summary: 'List functions',
      tags: ['functions'],
      parameters: PAGE,
      responses: { '200': json('A page of functions.', 'FunctionPage') },
    },
  },
  '/v1/functions/{name}': {
    put: {
      summary: 'Upload a function: compile it, load it once, make it the next version',
      tags: ['functions'],
      parameters: [NAME, ...CONFIG_PARAMETERS, IF_MATCH, IF_NONE_MATCH],
      requestBody: UPLOAD,
      responses: {
        '200': json('The next version of a present function.', 'Function'),
        '201': json('The first version of a new function.', 'Function'),
        '400': error('VALIDATION_FAILED, COMPILE_ERROR or INIT_ERROR with details.'),
        '413': error('The upload is over its limit.'),
        '415': error('The Content-Type is none of the three.'),
        ...WRITE_ERRORS,
      },
    },
    get: {
      summary: 'The newest version of a function',
      tags: ['functions'],
      parameters: [NAME],
      responses: { '200': json('The function.', 'Function'), '304': plain('If-None-Match names it.'), ...NOT_FOUND },
    },
    delete: {
      summary: 'Delete a function with all its versions',
      tags: ['functions'],
      parameters: [NAME, IF_MATCH],
      responses: { '204': plain('Deleted.'), ...NOT_FOUND, ...WRITE_ERRORS },
    },
  },
  '/v1/functions/{name}/config': {
    patch: {
      summary: 'Change settings: the next version has the same code',
      tags: ['functions'],
      parameters: [NAME, IF_MATCH],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Config' } } },
      },
      responses: {
        '200': json('The next version.', 'Function'),
        '400': error('VALIDATION_FAILED'),
        ...NOT_FOUND,
        ...WRITE_ERRORS,
      },
    },
  },
  '/v1/functions/{name}/versions': {
    get: {
      summary: 'Versions, newest first',
      tags: ['functions'],
      parameters: [NAME],
      responses: { '200': json('The versions that are kept.', 'VersionList'), ...NOT_FOUND },
    },
  },
  '/v1/functions/{name}/versions/{version}/source': {
    get: {
      summary: 'The upload of a version as it was sent, without values of environment variables',
      tags: ['functions'],
      parameters: [NAME, inPath('version', 'Version number or $LATEST.')],
      responses: { '200': plain('The upload, with its Content-Type.'), ...NOT_FOUND },
    },
  },
  '/v1/functions/{name}/invocations': { post: INVOKE },
  '/2015-03-31/functions/{name}/invocations': {
    post: { ...INVOKE, summary: "Invoke under AWS Lambda's own path, for AWS clients" },
  },
  '/v1/functions/{name}/logs': {
    get: {
      summary: 'Log of a function, oldest first',
      tags: ['functions'],
      parameters: [
        NAME,
        inQuery('since', 'ISO 8601 time, epoch milliseconds, or an age such as 5m.'),
        inQuery('requestId', 'One invocation only.'),
        inQuery('limit', 'Events in one answer, 1 to 10000; 100 unless given.'),
        inQuery('cursor', 'nextCursor of the answer before.'),
      ],
      responses: { '200': json('Events and a summary of all that is stored.', 'LogPage'), ...NOT_FOUND },
    },
  },
  ...API_PATHS,
  ...AUTHORIZER_PATHS,
  ...CACHE_PATHS,
  ...IAM_PATHS,
  ...METRIC_PATHS,
  ...ALARM_PATHS,
  ...USAGE_PATHS,
  '/v1/limits': {
    get: {
      summary: 'Every bound of the platform, with its unit in the name',
      tags: ['platform'],
      responses: { '200': plain('Names and numbers.') },
    },
  },
  '/health/live': {
    get: {
      summary: 'The process answers',
      tags: ['platform'],
      responses: { '200': plain('It does.') },
      security: OPEN,
    },
  },
  '/health/ready': {
    get: {
      summary: 'Requests should be sent here',
      tags: ['platform'],
      responses: {
        '200': plain('Yes; with the age of the last canary.'),
        '503': plain('No; the body says which check failed.'),
      },
      security: OPEN,
    },
  },
  '/metrics': {
    get: {
      summary: 'Prometheus metrics',
      tags: ['platform'],
      responses: { '200': plain('Text format 0.0.4.') },
      security: OPEN,
    },
  },
  '/openapi.json': {
    get: { summary: 'This document', tags: ['platform'], responses: { '200': plain('OpenAPI 3.1.') }, security: OPEN },
  },
  '/docs': {
    get: {
      summary: 'This document as a page',
      tags: ['platform'],
      responses: { '200': plain('HTML.') },
      security: OPEN,
    },
  },
};
