export { ControlPlane, type RouteSketch } from './control-plane';
export { E2ePlatform, type AccessLogLine } from './e2e-platform';
export { call, type Answer, type CallOptions } from './http-call';
export { closedLoad, steadyLoad, type LoadFigures } from './load';
export { childPids, isAlive, platformProcesses, processTree, type PlatformProcesses } from './process-table';
export { RawConnection, type RawAnswer } from './raw-connection';
export { TwoMachines } from './two-machines';
