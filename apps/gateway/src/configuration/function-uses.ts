import { fillStageVariables, type ApiRecord } from '@sluice/contracts';

/** A place of an API that leads to a function. */
export interface FunctionUse {
  readonly functionName: string;
  readonly qualifier: string | undefined;
  /** `the route "GET /a" of the stage "prod"` */
  readonly place: string;
}

/** Every function that an API's stages and canaries lead to now, as they are with the stages' variables. */
export function functionUses(record: ApiRecord): FunctionUse[] {
  const uses: FunctionUse[] = [];
  for (const [stage, { deploymentId, variables, canary }] of Object.entries(record.stages)) {
    collect(uses, record, stage, deploymentId, variables);
    if (canary !== undefined) collect(uses, record, stage, canary.deploymentId, { ...variables, ...canary.variables });
  }
  return uses;
}

function collect(
  uses: FunctionUse[],
  record: ApiRecord,
  stage: string,
  deploymentId: string,
  variables: Readonly<Record<string, string>>,
): void {
  const definition = record.deployments[deploymentId]?.definition;
  const add = (name: string, qualifier: string | undefined, place: string): void => {
    const functionName = fillStageVariables(name, variables);
    const filled = fillStageVariables(qualifier ?? '', variables);
    if ('missing' in functionName || 'missing' in filled) return;
    uses.push({
      functionName: functionName.text,
      qualifier: qualifier === undefined ? undefined : filled.text,
      place: `${place} of the stage "${stage}"`,
    });
  };
  for (const { route, integration } of definition?.routes ?? [])
    if (integration.type === 'function') add(integration.function, integration.qualifier, `the route "${route}"`);
  for (const [name, authorizer] of Object.entries(definition?.authorizers ?? {}))
    if (authorizer.type === 'function') add(authorizer.function, authorizer.qualifier, `the authorizer "${name}"`);
}
