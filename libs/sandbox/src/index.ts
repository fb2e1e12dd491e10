export {
  CHANNEL_FRAME_BYTES_MAX,
  FROM_HOST,
  TO_HOST,
  type HostFault,
  type HostOptions,
  type HostReady,
  type HostRevision,
  type HostStatus,
  type ProbeResult,
  type ResultHead,
} from './channel';
export {
  readMessage,
  readProbe,
  readResult,
  writeInvoke,
  writeRevision,
  type InvokeFrame,
  type ReceivedProbe,
  type ReceivedResult,
} from './channel-codec';
export { hostCommand, type HostCommand } from './host/host-command';
export { BUNDLE_EXPORTS_NAME, BUNDLE_SCRIPT_NAME } from './isolate-protocol';
