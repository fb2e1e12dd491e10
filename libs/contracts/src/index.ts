export {
  parseApiDefinition,
  type ApiDefinition,
  type ApiRecord,
  type ApiStyle,
  type FunctionIntegration,
  type PayloadFormat,
  type RouteDefinition,
} from './api-definition';
export { ERROR_CATALOGUE, type ErrorCode } from './error-catalogue';
export {
  DEFAULT_FUNCTION_CONFIG,
  parseFunctionConfig,
  type FunctionConfig,
  type FunctionEnvironment,
  type ParsedFunctionConfig,
} from './function-config';
export {
  type FunctionRecord,
  type FunctionVersion,
  type HandlerKind,
  type LoadedRevision,
  type RevisionRecord,
} from './function-record';
export { OUTCOME, outcomeName, type FunctionErrorPayload, type Outcome, type OutcomeName } from './invocation-outcome';
export { LIMITS } from './limits';
export { parseApiName, parseFunctionName } from './names';
export { SluiceError, type ErrorDetail } from './sluice-error';
