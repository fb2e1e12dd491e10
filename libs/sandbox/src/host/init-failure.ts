import { LIMITS, OUTCOME, type Outcome } from '@sluice/contracts/invocation';
import { type LoadFailure } from './environment-events';
import { errorPayload, initTimeoutPayload, outOfMemoryPayload } from './error-payloads';
import { type Invocation } from './revision';

const BACK_OFF_MS = 1_000;
const BACK_OFF_MS_MAX = 30_000;

/** The answer of a revision whose module did not load, until it is tried again. */
export interface InitFailure {
  readonly untilMs: number;
  readonly backOffMs: number;
  readonly outcome: Outcome;
  readonly payload: (invocation: Invocation) => string;
}

/** Each failure in a row doubles the time until the next try: 1 s to 30 s. */
export function initFailure(
  result: LoadFailure,
  memoryMb: number,
  before: InitFailure | null,
  nowMs: number,
): InitFailure {
  const backOffMs = before === null ? BACK_OFF_MS : Math.min(before.backOffMs * 2, BACK_OFF_MS_MAX);
  return { untilMs: nowMs + backOffMs, backOffMs, ...answer(result, memoryMb) };
}

function answer(result: LoadFailure, memoryMb: number): Pick<InitFailure, 'outcome' | 'payload'> {
  if (result.reason === 'module') {
    const { loaded } = result;
    const text =
      loaded.kind === 'error'
        ? errorPayload(loaded.errorType, loaded.errorMessage, loaded.stack)
        : errorPayload('Runtime.HandlerNotFound', 'The module exports no handler.');
    return { outcome: OUTCOME.initError, payload: () => text };
  }
  if (result.reason === 'timeout') {
    return {
      outcome: OUTCOME.timeout,
      payload: ({ requestId }) => initTimeoutPayload(requestId, LIMITS.initTimeoutMs),
    };
  }
  return { outcome: OUTCOME.outOfMemory, payload: ({ requestId }) => outOfMemoryPayload(requestId, memoryMb) };
}
