export {
  ALARM_STATES,
  alarmName,
  alarmSettings,
  type AlarmAction,
  type AlarmRecord,
  type AlarmSettings,
  type AlarmState,
} from './alarm';
export { ACCESS_LOG_VARIABLES, type AccessLogSettings, type AccessLogVariable } from './api/access-log';
export {
  apiDefinition,
  parseApiDefinition,
  type ApiDefinition,
  type ApiStyle,
  type PayloadFormat,
} from './api/api-definition';
export {
  deploymentNamed,
  latestDeployment,
  migrateApiRecord,
  stageNamed,
  type ApiRecord,
  type CanaryEnd,
  type CanaryRecord,
  type Deployment,
  type ServedBefore,
  type StageRecord,
} from './api/api-record';
export {
  type Authorizer,
  type FunctionAuthorizer,
  type JwtAuthorizer,
  type ResourcePolicy,
  type RouteAuthorization,
} from './api/authorization';
export { type CacheFlush, type CacheFlushRecord } from './api/cache-flush';
export { cacheSettings, type CacheSetting, type CacheSettings } from './api/cache-settings';
export { type CorsSettings } from './api/cors';
export {
  type FunctionIntegration,
  type HttpProxyIntegration,
  type Integration,
  type MockIntegration,
  type RedirectIntegration,
} from './api/integration';
export { type BodyTemplate, type RequestParameters, type ResponseParameters } from './api/mapping';
export {
  CONTEXT_VARIABLES,
  parseMappingTemplate,
  type JsonPlace,
  type MappingSide,
  type MappingSource,
  type MappingTemplate,
} from './api/mapping-expression';
export { parseRequestTarget, parseResponseTarget, type MappingAction, type MappingTarget } from './api/mapping-target';
export { type RouteDefinition } from './api/route-definition';
export {
  DEFAULT_STAGE,
  stageName,
  stageSettings,
  type CanaryAbortSettings,
  type CanarySettings,
  type StageSettings,
  type StageVariables,
} from './api/stage';
export { fillStageVariables, hasStageVariables } from './api/stage-variables';
export { throttleSettings, type ClientAddressSettings, type ThrottleSettings } from './api/throttle-settings';
export { parseLocation, parseUpstreamUrl, variablesOf, type UpstreamUrl, type UrlTemplate } from './api/url-template';
export { type SchemaReference, type ValidationSettings } from './api/validation';
export {
  apiKeyChange,
  apiKeyRotation,
  apiKeyValue,
  newApiKey,
  type ApiKeyChange,
  type ApiKeyRecord,
  type ApiKeyRotation,
  type NewApiKey,
} from './api-key';
export { ACCOUNT_ID, apiRouteArn, controlPlaneArn, functionArn, REGION, userArn } from './arn';
export {
  domainName,
  domainSettings,
  type DomainCertificate,
  type DomainMapping,
  type DomainRecord,
  type DomainSettings,
} from './domain';
export { type AuthorizerPurge, type AuthorizerPurgeRecord } from './authorizer-purge';
export { ERROR_CATALOGUE, type ErrorCode } from './error-catalogue';
export {
  DEFAULT_FUNCTION_CONFIG,
  parseFunctionConfig,
  type FunctionConfig,
  type FunctionEnvironment,
  type FunctionUrlAuth,
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
export { parseInput, textOfPath } from './parse-input';
export {
  blockContains,
  parseAddress,
  parseAddressBlock,
  type AddressBlock,
  type AddressWords,
} from './policy/address-block';
export {
  parseConditionOperator,
  parsePolicyDate,
  parsePolicyNumber,
  type ConditionOperator,
  type NamedConditionOperator,
} from './policy/condition-operator';
export {
  asArray,
  policyDocument,
  policyProblems,
  type PolicyDocument,
  type PolicyKind,
  type PolicyPrincipal,
  type PolicyProblem,
  type PolicyStatement,
} from './policy/policy-document';
export { policySimulation } from './policy/policy-simulation';
export { SluiceError, type ErrorDetail } from './sluice-error';
export {
  accessKeyChange,
  groupSettings,
  parseGroupName,
  parsePolicyName,
  parseUserName,
  userSettings,
  type AccessKeyRecord,
  type AccessKeyStatus,
  type GroupRecord,
  type UserRecord,
} from './user';
export {
  DEFAULT_PRICE_TIERS,
  stageKeyOf,
  usageGrant,
  usagePlanName,
  usagePlanSettings,
  type PlanStage,
  type PriceTier,
  type QuotaSettings,
  type UsagePlanRecord,
  type UsagePlanSettings,
} from './usage-plan';
