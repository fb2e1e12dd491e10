export { type AccessKey, type AccessKeySource } from './access-key';
export { Authenticator, SIGNING_SERVICES, type AuthenticationRequest } from './authenticator';
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
export { isAllowed, type Principal } from './principal';
export { openRootAccessKey, RootAccessKey, type RootAccessKeyOptions } from './root-access-key';
