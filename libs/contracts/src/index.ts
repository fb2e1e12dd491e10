export {
  parseApiDefinition,
  type ApiDefinition,
  type ApiRecord,
  type ApiStyle,
  type FunctionIntegration,
  type PayloadFormat,
  type RouteDefinition,
} from './api-definition.js';
export { ERROR_CATALOGUE, type ErrorCode } from './error-catalogue.js';
export {
  DEFAULT_FUNCTION_CONFIG,
  parseFunctionConfig,
  type FunctionConfig,
  type FunctionEnvironment,
  type ParsedFunctionConfig,
} from './function-config.js';
export {
  type FunctionRecord,
  type FunctionVersion,
  type HandlerKind,
  type LoadedRevision,
  type RevisionRecord,
} from './function-record.js';
export {
  OUTCOME,
  outcomeName,
  type FunctionErrorPayload,
  type Outcome,
  type OutcomeName,
} from './invocation-outcome.js';
export { LIMITS } from './limits.js';
export { parseApiName, parseFunctionName } from './names.js';
export { SluiceError, type ErrorDetail } from './sluice-error.js';
