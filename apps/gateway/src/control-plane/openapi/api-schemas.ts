import { apiDefinition, domainSettings, stageSettings } from '@sluice/contracts';
import { z } from 'zod';
import { exportSchema } from '../api-openapi/export-validation';
import { type Json } from '../api-openapi/json';

const STRING = { type: 'string' };
const INTEGER = { type: 'integer' };
const TIME = { type: 'string', format: 'date-time' };
const reference = (schema: string): object => ({ $ref: `#/components/schemas/${schema}` });
const listOf = (schema: string): object => ({ type: 'array', items: reference(schema) });

/** What APIs, deployments, stages and domains look like; what is taken is made from the schemas that check it. */
export const API_SCHEMAS: Readonly<Record<string, object>> = {
  ApiDefinition: taken('ApiDefinition', apiDefinition),
  StageSettings: taken('StageSettings', stageSettings),
  DomainSettings: taken('DomainSettings', domainSettings),
  Api: {
    allOf: [
      reference('ApiDefinition'),
      {
        type: 'object',
        properties: {
          name: STRING,
          deploymentId: { type: 'string', description: 'The newest; the ETag.' },
          url: STRING,
          createdAt: TIME,
          stages: { type: 'object', description: 'By name.', additionalProperties: reference('Stage') },
        },
      },
    ],
  },
  ApiPage: {
    type: 'object',
    properties: {
      apis: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            name: STRING,
            apiStyle: { enum: ['http', 'rest'] },
            routeCount: INTEGER,
            deploymentId: STRING,
            url: STRING,
            createdAt: TIME,
          },
        },
      },
      nextCursor: STRING,
    },
  },
  ApiImport: {
    type: 'object',
    properties: {
      name: STRING,
      deploymentId: STRING,
      url: STRING,
      findings: {
        type: 'array',
        items: {
          type: 'object',
          properties: { severity: { enum: ['warning', 'info'] }, path: STRING, message: STRING },
        },
      },
    },
  },
  NewDeployment: {
    type: 'object',
    additionalProperties: false,
    properties: { definition: reference('ApiDefinition'), description: STRING },
  },
  Deployment: {
    type: 'object',
    properties: { id: STRING, createdAt: TIME, description: STRING, definition: reference('ApiDefinition') },
  },
  DeploymentList: {
    type: 'object',
    properties: {
      deployments: {
        type: 'array',
        items: {
          type: 'object',
          properties: { id: STRING, createdAt: TIME, description: STRING, apiStyle: STRING, routeCount: INTEGER },
        },
      },
    },
  },
  Difference: { type: 'object', required: ['path'], properties: { path: STRING, from: {}, to: {} } },
  DeploymentDiff: {
    type: 'object',
    properties: {
      from: STRING,
      to: STRING,
      routes: {
        type: 'object',
        properties: {
          added: { type: 'array', items: STRING },
          removed: { type: 'array', items: STRING },
          changed: {
            type: 'array',
            items: { type: 'object', properties: { route: STRING, differences: listOf('Difference') } },
          },
        },
      },
      settings: listOf('Difference'),
    },
  },
  Stage: {
    allOf: [
      reference('StageSettings'),
      {
        type: 'object',
        properties: {
          name: STRING,
          url: STRING,
          history: {
            type: 'array',
            description: 'What it served before, newest first.',
            items: { type: 'object', properties: { deploymentId: STRING, variables: { type: 'object' } } },
          },
          lastCanary: {
            type: 'object',
            properties: { deploymentId: STRING, outcome: { enum: ['promoted', 'aborted'] }, reason: STRING, at: TIME },
          },
          createdAt: TIME,
          updatedAt: TIME,
        },
      },
    ],
  },
  StageList: { type: 'object', properties: { stages: listOf('Stage') } },
  CanaryAbort: { type: 'object', additionalProperties: false, properties: { reason: STRING } },
  Domain: {
    allOf: [
      reference('DomainSettings'),
      { type: 'object', properties: { name: STRING, createdAt: TIME, updatedAt: TIME } },
    ],
  },
  DomainPage: { type: 'object', properties: { domains: listOf('Domain'), nextCursor: STRING } },
};

/** The schema of an input, with its references put where it stands in the document. */
function taken(name: string, schema: z.ZodType): object {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return exportSchema(json as Json, `#/components/schemas/${name}`) as object;
}
