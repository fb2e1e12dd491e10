import { type Outcome } from '@sluice/contracts/invocation';
import { type Loaded } from '../isolate-protocol';
import { type Environment } from './environment';
import { type Invocation } from './revision';

export type LoadResult =
  | { readonly ok: true; readonly initUs: number; readonly topLevelUs: number }
  | { readonly ok: false; readonly reason: 'timeout' | 'memory' | 'catastrophic' }
  | { readonly ok: false; readonly reason: 'module'; readonly loaded: Loaded };

export type LoadFailure = Exclude<LoadResult, { ok: true }>;

export interface ResultFigures {
  readonly durationUs: number;
  readonly cpuUs: number;
  readonly memoryKb: number;
}

/** What an environment tells its pool. */
export interface EnvironmentEvents {
  /** An invocation is answered, exactly once. */
  onResult(invocation: Invocation, outcome: Outcome, text: string | Buffer, logs: string, figures: ResultFigures): void;
  /** These were given to the environment and are certain not to have started. */
  onNotStarted(environment: Environment, invocations: readonly Invocation[]): void;
  /** Its thread is free: it may take work, or is over. */
  onEntryEnd(environment: Environment): void;
  /** It wants to be entered (a timer is due). */
  onWake(environment: Environment): void;
  /** Its thread did not stop when it was told to. */
  onStuck(environment: Environment): void;
  onCatastrophe(environment: Environment, message: string): void;
}
