export { ACCESS_KEY_ID, newAccessKey, newId, sealAccessKey, type AccessKey, type AccessKeySource } from './access-key';
export { AccessKeyUses, type AccessKeyUse } from './access-key-uses';
export { Authenticator, SIGNING_SERVICES, type Authentication, type AuthenticationRequest } from './authenticator';
export { authorize, type AuthorizationRequest } from './authorize';
export { IdentityDirectory, type IdentityRecords } from './identity-directory';
export { claimInstallation } from './installation';
export { conditionContext, type ConditionContext } from './policy/condition-context';
export {
  compilePolicy,
  eitherAllows,
  PolicySet,
  type MatchedStatement,
  type Policy,
  type Verdict,
} from './policy/policy-set';
export { type PolicyRequest } from './policy/statement';
export { ROOT_ARN, type Principal } from './principal';
export { RequestConditions, type RequestFacts } from './request-conditions';
export { openRootAccessKey, RootAccessKey, type RootAccessKeyOptions } from './root-access-key';
export { SignatureVerifier, SignedRequest, type SignatureRules, type UnreadRequest } from './signature-verifier';
export { UsedSignatures } from './used-signatures';
