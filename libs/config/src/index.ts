export {
  loadGatewaySettings,
  loadRunnerSettings,
  loadStartSettings,
  type AccessLogTarget,
  type GatewaySettings,
  type LinkListen,
  type RunnerSettings,
  type StartSettings,
  type TlsListen,
} from './load-settings';
export { MasterKey, type KeyUse } from './master-key';
export { type Environment } from './read-settings';
export { removeRunFile, writeRunFile, type ProcessRole, type RunFile } from './run-file';
export { type TrustedProxies } from './setting-kinds';
export { settingsMarkdown } from './settings-document';
export { SettingsError } from './settings-error';
export { watchParent } from './watch-parent';
