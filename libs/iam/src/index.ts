export { type AccessKey, type AccessKeySource } from './access-key';
export { Authenticator, SIGNING_SERVICES, type AuthenticationRequest } from './authenticator';
export { claimInstallation } from './installation';
export { isAllowed, type Principal } from './principal';
export { openRootAccessKey, RootAccessKey, type RootAccessKeyOptions } from './root-access-key';
