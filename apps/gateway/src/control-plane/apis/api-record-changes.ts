import { isDeepStrictEqual } from 'node:util';
import {
  DEFAULT_STAGE,
  LIMITS,
  type ApiRecord,
  type CanaryEnd,
  type Deployment,
  type StageRecord,
  type StageVariables,
} from '@sluice/contracts';

/** The API with a new newest deployment, which `$default` serves from then on if `serve` says so. */
export function withDeployment(
  name: string,
  present: ApiRecord | null,
  deployment: Deployment,
  { serve }: { serve: boolean },
): ApiRecord {
  const { id, createdAt } = deployment;
  const stage = present?.stages[DEFAULT_STAGE];
  const stages = !serve
    ? (present?.stages ?? {})
    : {
        ...present?.stages,
        [DEFAULT_STAGE]:
          stage === undefined
            ? { deploymentId: id, variables: {}, routes: {}, createdAt, updatedAt: createdAt }
            : moved(stage, id, stage.variables, createdAt),
      };
  return withoutUnused({
    schema: 2,
    name,
    createdAt: present?.createdAt ?? createdAt,
    latestDeploymentId: id,
    stages,
    deployments: { ...present?.deployments, [id]: deployment },
  });
}

/** The API with one stage changed (null = taken away); `deployments` has those that come into use by it. */
export function withStage(
  record: ApiRecord,
  name: string,
  stage: StageRecord | null,
  deployments: readonly Deployment[],
): ApiRecord {
  const { [name]: _replaced, ...others } = record.stages;
  return withoutUnused({
    ...record,
    stages: stage === null ? others : { ...others, [name]: stage },
    deployments: { ...record.deployments, ...Object.fromEntries(deployments.map((one) => [one.id, one])) },
  });
}

/** The stage with another deployment, or other variables for the one it has; what it served goes to the front of its history. */
export function moved(stage: StageRecord, deploymentId: string, variables: StageVariables, at: string): StageRecord {
  if (stage.deploymentId === deploymentId && isDeepStrictEqual(stage.variables, variables))
    return { ...stage, updatedAt: at };
  const before = { deploymentId: stage.deploymentId, variables: stage.variables };
  const history = [before, ...(stage.history ?? [])].slice(0, LIMITS.stageHistoryKept);
  return { ...stage, deploymentId, variables, history, updatedAt: at };
}

/** The stage without its canary, and how that ended. */
export function withoutCanary(
  stage: StageRecord,
  outcome: CanaryEnd['outcome'],
  reason: string,
  at: string,
): StageRecord {
  const { canary, ...rest } = stage;
  if (canary === undefined) return stage;
  return { ...rest, lastCanary: { deploymentId: canary.deploymentId, outcome, reason, at }, updatedAt: at };
}

/** Deployments by id that stages need: what they serve, and what they could be rolled back to. */
export function deploymentUses({ stages }: ApiRecord): ReadonlyMap<string, string> {
  const uses = new Map<string, string>();
  for (const [name, { deploymentId, canary, history = [] }] of Object.entries(stages)) {
    for (const before of history) uses.set(before.deploymentId, `the stage "${name}" can be rolled back to it`);
    if (canary !== undefined) uses.set(canary.deploymentId, `the canary of the stage "${name}" serves it`);
    uses.set(deploymentId, `the stage "${name}" serves it`);
  }
  return uses;
}

function withoutUnused(record: ApiRecord): ApiRecord {
  const served = Object.values(record.stages).flatMap(({ deploymentId, canary }) => [
    deploymentId,
    canary?.deploymentId,
  ]);
  const used = new Set([record.latestDeploymentId, ...served]);
  const deployments = Object.entries(record.deployments).filter(([id]) => used.has(id));
  return { ...record, deployments: Object.fromEntries(deployments) };
}
