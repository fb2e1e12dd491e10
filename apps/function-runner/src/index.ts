export { Runner, type RunnerOptions, type RunnerStatus } from './runner';
