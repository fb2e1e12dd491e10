import { latestDeployment, SluiceError, type ApiDefinition, type ErrorDetail } from '@sluice/contracts';
import { type ApiChange, type ApiService } from '../apis/api-service';
import { type Preconditions } from '../http/preconditions';
import { type StageService } from '../stages/stage-service';
import { type DeploymentService } from '../deployments/deployment-service';
import { exportDocument } from './export-document';
import { importDocument } from './import-document';
import { type ImportFinding } from './import-report';
import { type JsonObject } from './json';
import { mergeDefinitions } from './merge-definitions';
import { readDocument } from './read-document';

export interface ImportRequest {
  readonly mode: 'overwrite' | 'merge';
  readonly basePath: 'ignore' | 'prepend';
  readonly failOnWarnings: boolean;
  /** `$default` serves what is imported. */
  readonly serve: boolean;
  readonly preconditions: Preconditions;
}

/** APIs from OpenAPI documents, and documents from APIs. */
export class ApiOpenApiService {
  constructor(
    private readonly apis: ApiService,
    private readonly stages: StageService,
    private readonly deployments: DeploymentService,
  ) {}

  /** Declares the API as the document has it. @throws SluiceError VALIDATION_FAILED naming each place, and what a PUT of the API throws */
  async import(
    api: string,
    body: Buffer,
    { mode, basePath, failOnWarnings, serve, preconditions }: ImportRequest,
  ): Promise<ApiChange & { created: boolean; findings: readonly ImportFinding[] }> {
    const document = await readDocument(body);
    const present = mode === 'merge' ? this.apis.find(api) : undefined;
    const apiStyle = present === undefined ? undefined : latestDeployment(present).definition.apiStyle;
    const { definition, findings, warnings } = importDocument(document, { basePath, apiStyle });
    if (definition === null) throw refused(findings, ['error']);
    if (failOnWarnings && warnings > 0) throw refused(findings, ['error', 'warning']);
    if (mode === 'overwrite') return { ...(await this.apis.put(api, definition, preconditions, { serve })), findings };
    return { ...(await this.merge(api, definition, preconditions, serve)), findings };
  }

  /** The API as its stage serves it, or its newest deployment. @throws SluiceError API_NOT_FOUND · STAGE_NOT_FOUND */
  async export(api: string, stage: string | undefined, serverUrl: string): Promise<JsonObject> {
    const record = this.apis.get(api);
    if (stage === undefined) return exportDocument(latestDeployment(record).definition, { name: api, serverUrl });
    const { definition } = await this.deployments.get(api, this.stages.get(api, stage).deploymentId);
    return exportDocument(definition, { name: api, serverUrl });
  }

  /** Written only if the API is still what it was merged with; somebody else's change is merged with again. */
  private async merge(
    api: string,
    imported: ApiDefinition,
    given: Preconditions,
    serve: boolean,
  ): ReturnType<ApiService['put']> {
    for (let attempt = 1; ; attempt++) {
      const present = this.apis.find(api);
      const merged =
        present === undefined ? imported : mergeDefinitions(latestDeployment(present).definition, imported);
      const unchanged: Preconditions =
        present === undefined
          ? { ifMatch: null, onlyIfAbsent: true }
          : { ifMatch: [present.latestDeploymentId], onlyIfAbsent: false };
      const isGiven = given.ifMatch !== null || given.onlyIfAbsent;
      try {
        return await this.apis.put(api, merged, isGiven ? given : unchanged, { serve });
      } catch (error) {
        const moved = error instanceof SluiceError && error.code === 'PRECONDITION_FAILED' && !isGiven;
        if (!moved || attempt === MERGE_ATTEMPTS) throw error;
      }
    }
  }
}

const MERGE_ATTEMPTS = 5;

function refused(findings: readonly ImportFinding[], severities: readonly string[]): SluiceError {
  const details: ErrorDetail[] = findings
    .filter(({ severity }) => severities.includes(severity))
    .map(({ path, message }) => ({ path, message }))
    .slice(0, 100);
  const [first] = details;
  const place = first !== undefined && 'path' in first ? `${first.path} ${first.message}` : '';
  const more = details.length > 1 ? `, and ${details.length - 1} more` : '';
  return new SluiceError('VALIDATION_FAILED', `The document cannot be imported: ${place}${more}.`, { details });
}
