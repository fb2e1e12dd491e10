import { type ApiDefinition } from './api-definition';
import { DEFAULT_STAGE, type CanarySettings, type StageSettings, type StageVariables } from './stage';

/** An immutable state of an API's routes and what belongs to them. */
export interface Deployment {
  readonly id: string;
  readonly createdAt: string;
  readonly description?: string;
  readonly definition: ApiDefinition;
}

export interface CanaryRecord extends Omit<CanarySettings, 'deploymentId'> {
  readonly deploymentId: string;
  readonly startedAt: string;
}

/** Why a canary is no longer there. */
export interface CanaryEnd {
  readonly deploymentId: string;
  /** `aborted`: by hand, by a rollback, or by itself; the reason says which. */
  readonly outcome: 'promoted' | 'aborted';
  readonly reason: string;
  readonly at: string;
}

/** A deployment that a stage served, with the variables it had then. */
export interface ServedBefore {
  readonly deploymentId: string;
  readonly variables: StageVariables;
}

export interface StageRecord extends Omit<StageSettings, 'deploymentId' | 'canary'> {
  readonly deploymentId: string;
  /** What the stage served before, newest first; a rollback goes to the first. Absent = nothing. */
  readonly history?: readonly ServedBefore[];
  readonly canary?: CanaryRecord;
  readonly lastCanary?: CanaryEnd;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** An API as every gateway holds it in memory. */
export interface ApiRecord {
  readonly schema: 2;
  readonly name: string;
  readonly createdAt: string;
  readonly latestDeploymentId: string;
  /** By name. */
  readonly stages: Readonly<Record<string, StageRecord>>;
  /** Those that a stage or its canary serves, and the newest, by id. All others are kept elsewhere, for who asks. */
  readonly deployments: Readonly<Record<string, Deployment>>;
}

/** The stage of a name that somebody sent: `constructor` is none just because every object has one. */
export function stageNamed({ stages }: ApiRecord, name: string): StageRecord | undefined {
  return Object.hasOwn(stages, name) ? stages[name] : undefined;
}

/** The same for deployments. Older ones are not in the record. */
export function deploymentNamed({ deployments }: ApiRecord, id: string): Deployment | undefined {
  return Object.hasOwn(deployments, id) ? deployments[id] : undefined;
}

/** The API definition that `GET /v1/apis/{api}` shows: the newest. */
export function latestDeployment(record: ApiRecord): Deployment {
  const deployment = record.deployments[record.latestDeploymentId];
  if (deployment === undefined) throw new Error(`the API ${record.name} lacks its newest deployment`);
  return deployment;
}

interface ApiRecordV1 extends Pick<ApiDefinition, 'apiStyle' | 'routes'> {
  readonly schema: 1;
  readonly name: string;
  readonly deploymentId: string;
  readonly createdAt: string;
}

/** Brings what an older program stored into today's shape. */
export function migrateApiRecord(stored: ApiRecord | ApiRecordV1): ApiRecord {
  if (stored.schema === 2) return stored;
  const { name, deploymentId, createdAt, apiStyle, routes } = stored;
  return {
    schema: 2,
    name,
    createdAt,
    latestDeploymentId: deploymentId,
    stages: { [DEFAULT_STAGE]: { deploymentId, variables: {}, routes: {}, createdAt, updatedAt: createdAt } },
    deployments: { [deploymentId]: { id: deploymentId, createdAt, definition: { apiStyle, routes } } },
  };
}
