import { error, inHeader, inPath, inQuery, json, plain, type Operation } from './operation';

const API = inPath('api', 'API name: 1 to 64 lower-case letters, digits or "-".');
const STAGE = inPath('stage', 'Stage name: "$default", or 1 to 128 letters, digits, "-" or "_".');
const DEPLOYMENT = inPath('deployment', 'Id of the deployment.');
const DOMAIN = inPath('domain', 'Host name in lower case; "*." in front takes one more label.');
const DEPLOY = inQuery('deploy', 'false: makes the deployment, and $default serves what it did.');
const PAGE = [
  inQuery('limit', 'Entries in one answer, 1 to 1000; 50 unless given.'),
  inQuery('cursor', 'nextCursor of the answer before.'),
];
const IF_MATCH = inHeader('If-Match', 'ETag of the state this write is meant for; another state is answered 412.');
const IF_NONE_MATCH = inHeader('If-None-Match', '"*": write only what does not exist yet.');
const INVALID = { '400': error('VALIDATION_FAILED naming each place.') };
const MISSING = { '404': error('No such API, stage, deployment or domain.') };
const UNSTORED = { '503': error('STORE_UNAVAILABLE; nothing was changed.') };
const FAILED = { '412': error('PRECONDITION_FAILED') };
const body = (schema: string): object => ({ required: true, ...json('', schema) });
const document = {
  required: true,
  content: { 'application/json': { schema: { type: 'object' } }, 'application/yaml': { schema: { type: 'object' } } },
};

/** APIs, what is deployed of them, where it is served, and under which names. */
export const API_PATHS: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  '/v1/apis': {
    get: {
      summary: 'List APIs',
      tags: ['apis'],
      parameters: PAGE,
      responses: { '200': json('A page of APIs, without routes.', 'ApiPage') },
    },
  },
  '/v1/apis/{api}': {
    put: {
      summary: 'Declare an API as a whole',
      tags: ['apis'],
      parameters: [API, DEPLOY, IF_MATCH, IF_NONE_MATCH],
      requestBody: body('ApiDefinition'),
      responses: {
        '200': json('The new deployment of a present API.', 'Api'),
        '201': json('The first deployment of a new API.', 'Api'),
        ...INVALID,
        '409': error('CONFLICT, or STAGE_HAS_CANARY.'),
        ...FAILED,
        ...UNSTORED,
      },
    },
    get: {
      summary: 'An API with its routes, and its stages',
      tags: ['apis'],
      parameters: [API],
      responses: { '200': json('The API.', 'Api'), '304': plain('If-None-Match names it.'), ...MISSING },
    },
    delete: {
      summary: 'Delete an API with its stages and deployments',
      tags: ['apis'],
      parameters: [API, IF_MATCH],
      responses: {
        '204': plain('Deleted.'),
        ...MISSING,
        '409': error('API_IN_USE naming the domains.'),
        ...FAILED,
        ...UNSTORED,
      },
    },
  },
  '/v1/apis/{api}/openapi': {
    put: {
      summary: 'Declare an API by an OpenAPI 3.0 or 3.1 document with x-amazon-apigateway extensions',
      tags: ['apis'],
      parameters: [
        API,
        inQuery('mode', 'overwrite (unless given): the document is the whole API. merge: route by route.'),
        inQuery('basepath', "ignore (unless given), or prepend: the path of the first server's URL."),
        inQuery('failOnWarnings', 'true: a warning refuses the document as an error does.'),
        DEPLOY,
        IF_MATCH,
        IF_NONE_MATCH,
      ],
      requestBody: document,
      responses: {
        '200': json('The new deployment of a present API, and what there is to say of the document.', 'ApiImport'),
        '201': json('The first deployment of a new API, and what there is to say of the document.', 'ApiImport'),
        ...INVALID,
        '409': error('CONFLICT, or STAGE_HAS_CANARY.'),
        ...FAILED,
        '413': error('The document is over 6 MiB.'),
        ...UNSTORED,
      },
    },
    get: {
      summary: 'An API as an OpenAPI 3.1 document that imports to the same API',
      tags: ['apis'],
      parameters: [
        API,
        inQuery('stage', 'The deployment that stage serves; the newest unless given.'),
        inQuery('format', 'json or yaml; by Accept unless given.'),
      ],
      responses: { '200': plain('The document.'), ...MISSING },
    },
  },
  '/v1/apis/{api}/deployments': {
    post: {
      summary: 'Make a deployment that no stage serves yet',
      tags: ['deployments'],
      parameters: [API],
      requestBody: json('Without a definition the newest once more.', 'NewDeployment'),
      responses: { '201': json('The deployment.', 'Deployment'), ...INVALID, ...MISSING, ...UNSTORED },
    },
    get: {
      summary: 'Deployments, newest first, without their routes',
      tags: ['deployments'],
      parameters: [API],
      responses: { '200': json('Those that are kept.', 'DeploymentList'), ...MISSING },
    },
  },
  '/v1/apis/{api}/deployments/{deployment}': {
    get: {
      summary: 'A deployment with its whole definition',
      tags: ['deployments'],
      parameters: [API, DEPLOYMENT],
      responses: { '200': json('The deployment.', 'Deployment'), ...MISSING },
    },
    delete: {
      summary: 'Let go of a deployment',
      tags: ['deployments'],
      parameters: [API, DEPLOYMENT],
      responses: { '204': plain('Gone.'), ...MISSING, '409': error('DEPLOYMENT_IN_USE naming by whom.'), ...UNSTORED },
    },
  },
  '/v1/apis/{api}/deployments/{deployment}/diff': {
    get: {
      summary: 'What a deployment changes',
      tags: ['deployments'],
      parameters: [
        API,
        DEPLOYMENT,
        inQuery('against', 'The deployment to compare with; what $default serves unless given.'),
      ],
      responses: { '200': json('Routes added, removed and changed; settings changed.', 'DeploymentDiff'), ...MISSING },
    },
  },
  '/v1/apis/{api}/stages': {
    get: {
      summary: 'Stages of an API',
      tags: ['stages'],
      parameters: [API],
      responses: { '200': json('All of them.', 'StageList'), ...MISSING },
    },
  },
  '/v1/apis/{api}/stages/{stage}': {
    put: {
      summary: 'Make a stage, or replace its settings; they act at once',
      tags: ['stages'],
      parameters: [API, STAGE, IF_MATCH, IF_NONE_MATCH],
      requestBody: body('StageSettings'),
      responses: {
        '200': json('The stage.', 'Stage'),
        '201': json('The new stage.', 'Stage'),
        ...INVALID,
        ...MISSING,
        '409': error('CONFLICT, or STAGE_HAS_CANARY.'),
        ...FAILED,
        ...UNSTORED,
      },
    },
    get: {
      summary: 'A stage with its canary, and how the last one ended',
      tags: ['stages'],
      parameters: [API, STAGE],
      responses: { '200': json('The stage.', 'Stage'), '304': plain('If-None-Match names it.'), ...MISSING },
    },
    delete: {
      summary: 'Delete a stage',
      tags: ['stages'],
      parameters: [API, STAGE, IF_MATCH],
      responses: {
        '204': plain('Deleted.'),
        ...MISSING,
        '409': error('STAGE_IN_USE naming the domains.'),
        ...FAILED,
        ...UNSTORED,
      },
    },
  },
  '/v1/apis/{api}/stages/{stage}/rollback': {
    post: {
      summary: 'Back to the deployment and variables before; a canary ends',
      tags: ['stages'],
      parameters: [API, STAGE],
      responses: {
        '200': json('The stage.', 'Stage'),
        ...MISSING,
        '409': error('NO_PREVIOUS_DEPLOYMENT'),
        ...UNSTORED,
      },
    },
  },
  '/v1/apis/{api}/stages/{stage}/canary/promote': {
    post: {
      summary: "Make the canary's deployment and variables the stage's own",
      tags: ['stages'],
      parameters: [API, STAGE],
      responses: { '200': json('The stage.', 'Stage'), ...MISSING, ...UNSTORED },
    },
  },
  '/v1/apis/{api}/stages/{stage}/canary/abort': {
    post: {
      summary: 'End the canary',
      tags: ['stages'],
      parameters: [API, STAGE],
      requestBody: json('Why, for who asks later.', 'CanaryAbort'),
      responses: { '200': json('The stage.', 'Stage'), ...INVALID, ...MISSING, ...UNSTORED },
    },
  },
  '/v1/domains': {
    get: {
      summary: 'List custom domains',
      tags: ['domains'],
      parameters: PAGE,
      responses: { '200': json('A page of domains.', 'DomainPage') },
    },
  },
  '/v1/domains/{domain}': {
    put: {
      summary: 'Make a custom domain, or replace its mappings and certificate',
      tags: ['domains'],
      parameters: [DOMAIN, IF_MATCH, IF_NONE_MATCH],
      requestBody: body('DomainSettings'),
      responses: {
        '200': json('The domain.', 'Domain'),
        '201': json('The new domain.', 'Domain'),
        ...INVALID,
        ...FAILED,
        ...UNSTORED,
      },
    },
    get: {
      summary: 'A custom domain, without the key of its certificate',
      tags: ['domains'],
      parameters: [DOMAIN],
      responses: { '200': json('The domain.', 'Domain'), '304': plain('If-None-Match names it.'), ...MISSING },
    },
    delete: {
      summary: 'Delete a custom domain',
      tags: ['domains'],
      parameters: [DOMAIN, IF_MATCH],
      responses: { '204': plain('Deleted.'), ...MISSING, ...FAILED, ...UNSTORED },
    },
  },
};
