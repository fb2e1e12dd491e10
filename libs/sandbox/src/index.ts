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
