import {
  fillStageVariables,
  parseFunctionName,
  SluiceError,
  type ApiDefinition,
  type ErrorDetail,
  type StageVariables,
} from '@sluice/contracts';
import { type ConfigurationStore } from '../../configuration/configuration-store';

/**
 * Every function a definition leads to must be there, with the variables of the stage that is to serve it. What names a variable
 * that the stage does not set is left to the request, as on AWS. Throws VALIDATION_FAILED naming each place.
 */
export function checkFunctions(
  { routes, authorizers = {} }: ApiDefinition,
  variables: StageVariables,
  configuration: ConfigurationStore,
): void {
  const details: ErrorDetail[] = [];
  const check = (path: string, name: string, qualifier: string | undefined): void => {
    const functionName = fillStageVariables(name, variables);
    const filled = qualifier === undefined ? { text: undefined } : fillStageVariables(qualifier, variables);
    if ('missing' in functionName || 'missing' in filled) return;
    if (configuration.resolve(functionName.text, filled.text) !== null) return;
    if (configuration.functions.has(functionName.text)) {
      details.push({
        path: `${path}.qualifier`,
        message: `the function "${functionName.text}" has no "${filled.text}"`,
      });
    } else details.push({ path: `${path}.function`, message: `there is no function "${shown(functionName.text)}"` });
  };
  routes.forEach(({ route, integration }, index) => {
    if (integration.type === 'function')
      check(`routes[${index}] (${route.slice(0, 100)}).integration`, integration.function, integration.qualifier);
  });
  for (const [name, authorizer] of Object.entries(authorizers))
    if (authorizer.type === 'function') check(`authorizers.${name}`, authorizer.function, authorizer.qualifier);
  const [first] = details;
  if (first === undefined) return;
  const message = `The API leads nowhere: ${'path' in first ? first.path : ''}: ${first.message}.`;
  throw new SluiceError('VALIDATION_FAILED', message, { details: details.slice(0, 100) });
}

/** A name that could never be one is not repeated in full. */
function shown(functionName: string): string {
  try {
    return parseFunctionName(functionName);
  } catch {
    return functionName.slice(0, 64);
  }
}
