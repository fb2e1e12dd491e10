import {
  LIMITS,
  parseInput,
  SluiceError,
  stageName,
  stageNamed,
  stageSettings,
  type ApiRecord,
  type CanaryRecord,
  type Deployment,
  type StageRecord,
  type StageSettings,
} from '@sluice/contracts';
import { type EgressPolicy } from '@sluice/egress';
import { type ConfigurationStore } from '../../configuration/configuration-store';
import { moved, withoutCanary, withStage } from '../apis/api-record-changes';
import { hasCanary, type ApiChange, type ApiService } from '../apis/api-service';
import { checkFunctions } from '../apis/definition-checks';
import { type DeploymentService } from '../deployments/deployment-service';
import { domainsOf } from '../domains/domain-uses';
import { checkPreconditions, type Preconditions } from '../http/preconditions';
import { recordTag } from '../record-tag';

export interface StageChange extends ApiChange {
  readonly stage: StageRecord;
}

/** The rules of stages: each serves a deployment with settings of its own, and can go back to what it served before. */
export class StageService {
  constructor(
    private readonly options: {
      readonly apis: ApiService;
      readonly deployments: DeploymentService;
      readonly configuration: ConfigurationStore;
      readonly egress: EgressPolicy;
      readonly nowMs: () => number;
    },
  ) {}

  /** @throws SluiceError API_NOT_FOUND · STAGE_NOT_FOUND */
  get(api: string, name: string): StageRecord {
    return stageOf(this.options.apis.get(api), name);
  }

  /**
   * Replaces the settings of a stage, or makes it.
   * @throws SluiceError VALIDATION_FAILED · PRECONDITION_FAILED · STAGE_HAS_CANARY · DEPLOYMENT_NOT_FOUND
   */
  async put(
    api: string,
    name: string,
    input: unknown,
    preconditions: Preconditions,
  ): Promise<StageChange & { created: boolean }> {
    parseInput(stageName, name, 'The stage name', () => 'stage');
    const settings = parseInput(stageSettings, input, 'The stage');
    this.checkReceiver(settings);
    let created = false;
    const change = await this.changeStage(api, name, async (record, present) => {
      created = present === undefined;
      checkPreconditions(preconditions, present === undefined ? null : recordTag(present));
      if (created && Object.keys(record.stages).length >= LIMITS.stagesPerApiMax) throw tooMany();
      const stage = this.changed(record, name, present, settings);
      const deployments = await this.loaded(record, [stage.deploymentId, stage.canary?.deploymentId]);
      this.check(stage, settings, deployments);
      return { stage, deployments };
    });
    return { ...change, created };
  }

  /** @throws SluiceError API_NOT_FOUND · STAGE_NOT_FOUND · PRECONDITION_FAILED · STAGE_IN_USE naming the domains */
  async delete(api: string, name: string, preconditions: Preconditions): Promise<ApiChange> {
    const { apis, configuration } = this.options;
    return apis.change(api, (record) => {
      checkPreconditions(preconditions, recordTag(stageOf(record, name)));
      const domains = domainsOf(configuration, api, name);
      if (domains.length > 0) {
        const message = `Custom domains lead to the stage "${name}" of the API "${api}".`;
        throw new SluiceError('STAGE_IN_USE', message, { details: domains });
      }
      return withStage(record, name, null, []);
    });
  }

  /** Back to what the stage served before, with the variables of then. A canary ends. @throws SluiceError NO_PREVIOUS_DEPLOYMENT */
  async rollback(api: string, name: string): Promise<StageChange> {
    return this.changeStage(api, name, async (record) => {
      const present = withoutCanary(stageOf(record, name), 'aborted', 'The stage was rolled back.', this.now());
      const [before, ...earlier] = present.history ?? [];
      if (before === undefined) {
        throw new SluiceError(
          'NO_PREVIOUS_DEPLOYMENT',
          `The stage "${name}" of the API "${api}" served nothing before.`,
        );
      }
      const stage = { ...present, ...before, history: earlier, updatedAt: this.now() };
      const deployments = await this.loaded(record, [before.deploymentId]);
      this.check(stage, null, deployments);
      return { stage, deployments };
    });
  }

  /** The canary's deployment and variables become the stage's own. @throws SluiceError CANARY_NOT_FOUND */
  async promoteCanary(api: string, name: string): Promise<StageChange> {
    return this.changeStage(api, name, (record) => {
      const present = stageOf(record, name);
      const { deploymentId, variables } = canaryOf(present, name);
      const ended = withoutCanary(present, 'promoted', 'Promoted by hand.', this.now());
      const stage = moved(ended, deploymentId, { ...present.variables, ...variables }, this.now());
      return { stage, deployments: [] };
    });
  }

  /**
   * Ends a canary; `deploymentId` = only the canary of that deployment, which may have been replaced meanwhile.
   * @throws SluiceError CANARY_NOT_FOUND
   */
  async abortCanary(api: string, name: string, reason: string, deploymentId?: string): Promise<StageChange> {
    return this.changeStage(api, name, (record) => {
      const present = stageOf(record, name);
      const canary = canaryOf(present, name);
      if (deploymentId !== undefined && canary.deploymentId !== deploymentId) throw noCanary(name);
      return { stage: withoutCanary(present, 'aborted', reason, this.now()), deployments: [] };
    });
  }

  private async changeStage(
    api: string,
    name: string,
    decide: (record: ApiRecord, present: StageRecord | undefined) => StageDecision | Promise<StageDecision>,
  ): Promise<StageChange> {
    const change = await this.options.apis.change(api, async (record) => {
      const { stage, deployments } = await decide(record, stageNamed(record, name));
      return withStage(record, name, stage, deployments);
    });
    return { ...change, stage: stageOf(change.record, name) };
  }

  private changed(
    record: ApiRecord,
    name: string,
    present: StageRecord | undefined,
    { deploymentId, canary, ...settings }: StageSettings,
  ): StageRecord {
    const at = this.now();
    const served = deploymentId ?? present?.deploymentId ?? record.latestDeploymentId;
    const canaryRecord = canary === undefined ? undefined : canaryRecordOf(canary, present, record, at);
    if (present === undefined) {
      return { ...settings, deploymentId: served, ...canaryMember(canaryRecord), createdAt: at, updatedAt: at };
    }
    if (canaryRecord !== undefined && present.canary !== undefined && served !== present.deploymentId)
      throw hasCanary(name);
    const ended =
      canaryRecord === undefined
        ? withoutCanary(present, 'aborted', 'The stage was declared without it.', at)
        : present;
    const { history, lastCanary, createdAt } = moved(ended, served, ended.variables, at);
    return {
      ...settings,
      deploymentId: served,
      ...(history === undefined ? {} : { history }),
      ...canaryMember(canaryRecord),
      ...(lastCanary === undefined ? {} : { lastCanary }),
      createdAt,
      updatedAt: at,
    };
  }

  /** What the stage leads to must be there, and what it says of routes must be about routes. */
  private check(stage: StageRecord, settings: StageSettings | null, deployments: readonly Deployment[]): void {
    const { configuration } = this.options;
    for (const { id, definition } of deployments) {
      if (id === stage.deploymentId) checkFunctions(definition, stage.variables, configuration);
      if (id === stage.canary?.deploymentId)
        checkFunctions(definition, { ...stage.variables, ...stage.canary.variables }, configuration);
    }
    if (settings === null) return;
    const known = new Set(deployments.flatMap(({ definition }) => definition.routes.map(({ route }) => route)));
    const unknown = Object.keys(settings.routes).filter((route) => !known.has(route));
    if (unknown.length === 0) return;
    const details = unknown
      .slice(0, 100)
      .map((route) => ({ path: `routes.${route}`, message: 'is no route of the deployment' }));
    throw new SluiceError('VALIDATION_FAILED', `The stage is not valid: ${details[0]?.path} is no route.`, { details });
  }

  /** Lines for an address that the gateway may not connect to would be lost, one by one. */
  private checkReceiver({ accessLog }: StageSettings): void {
    if (typeof accessLog?.destination !== 'object') return;
    try {
      this.options.egress.checkUrl(new URL(accessLog.destination.url));
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      const [path, message] = ['accessLog.destination.url', error.message.replace(/\.$/, '')];
      throw new SluiceError('VALIDATION_FAILED', `The stage is not valid: ${path}: ${message}.`, {
        details: [{ path, message }],
      });
    }
  }

  private async loaded(record: ApiRecord, ids: readonly (string | undefined)[]): Promise<Deployment[]> {
    const wanted = [...new Set(ids)].filter((id) => id !== undefined);
    return Promise.all(wanted.map((id) => this.options.deployments.get(record.name, id)));
  }

  private now(): string {
    return new Date(this.options.nowMs()).toISOString();
  }
}

interface StageDecision {
  readonly stage: StageRecord;
  /** Those the stage serves that the API's record may not have yet. */
  readonly deployments: readonly Deployment[];
}

/** A canary that goes on, with another share for example, keeps its start. */
function canaryRecordOf(
  { deploymentId, ...settings }: NonNullable<StageSettings['canary']>,
  present: StageRecord | undefined,
  record: ApiRecord,
  at: string,
): CanaryRecord {
  const served = deploymentId ?? record.latestDeploymentId;
  const startedAt = present?.canary?.deploymentId === served ? present.canary.startedAt : at;
  return { ...settings, deploymentId: served, startedAt };
}

function canaryMember(canary: CanaryRecord | undefined): { canary?: CanaryRecord } {
  return canary === undefined ? {} : { canary };
}

function stageOf(record: ApiRecord, name: string): StageRecord {
  const stage = stageNamed(record, name);
  if (stage === undefined) {
    throw new SluiceError('STAGE_NOT_FOUND', `The API "${record.name}" has no stage "${name.slice(0, 128)}".`);
  }
  return stage;
}

function canaryOf({ canary }: StageRecord, name: string): CanaryRecord {
  if (canary === undefined) throw noCanary(name);
  return canary;
}

function noCanary(name: string): SluiceError {
  return new SluiceError('CANARY_NOT_FOUND', `The stage "${name}" has no canary.`);
}

function tooMany(): SluiceError {
  return new SluiceError('VALIDATION_FAILED', `An API has at most ${LIMITS.stagesPerApiMax} stages.`, {
    details: [{ path: 'stage', message: `would be one over ${LIMITS.stagesPerApiMax}` }],
  });
}
