import { type Outcome, type SluiceError } from '@sluice/contracts';
import { type InvocationKind } from '../wire';
import { type BatchUnderWay } from './batch-sender';
import { type RunnerLink } from './link-server';

export interface InvocationRequest {
  readonly kind: InvocationKind;
  readonly functionName: string;
  readonly revision: string;
  readonly requestId: string;
  /** JSON text of the event. */
  readonly event: string;
  /** The sooner of the function's and the route's timeout, counted from the start of the handler. */
  readonly timeoutMs: number;
  /** It must have started by then, counted from now; default `timeoutMs`. */
  readonly waitMs?: number;
  /** A runner must have taken it over by then, counted from now; default 5 s, never past `waitMs`. */
  readonly acceptByMs?: number;
  /** May it run a second time when its host dies? */
  readonly retryable: boolean;
}

export interface InvocationResult {
  readonly outcome: Outcome;
  /** The function's JSON text, or AWS's error JSON. */
  readonly result: string;
  readonly durationUs: number;
  /** 0 when the environment was warm. */
  readonly initUs: number;
}

/** Called exactly once: with a result, or with NOT_ACCEPTED, HOST_LOST or STORE_UNAVAILABLE. */
export type Settle = (settlement: InvocationResult | SluiceError) => void;

/** One invocation between `submit` and its answer. */
export interface PendingInvocation {
  readonly sequence: number;
  readonly request: InvocationRequest;
  readonly settle: Settle;
  /** Local time after which it is refused when no runner has taken it. */
  readonly acceptByMs: number;
  /** Local time after which an answer is no longer expected from the runner that took it. */
  readonly answerByMs: number;
  link: RunnerLink | null;
  /** The batch it left with; null while it waits. */
  batch: BatchUnderWay | null;
  /** The caller left before a runner took it: said to the runner as soon as one does. */
  cancelled: boolean;
}
