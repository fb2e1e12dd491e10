import { OUTCOME, type ErrorCode, type Outcome } from '@sluice/contracts';

const CODES: Record<Exclude<Outcome, 0>, ErrorCode> = {
  [OUTCOME.functionError]: 'FUNCTION_ERROR',
  [OUTCOME.timeout]: 'FUNCTION_TIMEOUT',
  [OUTCOME.cpuTimeout]: 'FUNCTION_TIMEOUT',
  [OUTCOME.outOfMemory]: 'FUNCTION_OUT_OF_MEMORY',
  [OUTCOME.exited]: 'FUNCTION_EXITED',
  [OUTCOME.responseTooLarge]: 'RESPONSE_TOO_LARGE',
  [OUTCOME.responseMalformed]: 'RESPONSE_MALFORMED',
  [OUTCOME.initError]: 'FUNCTION_ERROR',
  [OUTCOME.notStarted]: 'HOST_LOST',
  [OUTCOME.cancelled]: 'CLIENT_CLOSED',
  [OUTCOME.waitTimeout]: 'FUNCTION_TIMEOUT',
  [OUTCOME.hostLost]: 'HOST_LOST',
  [OUTCOME.circuitOpen]: 'CIRCUIT_OPEN',
  [OUTCOME.revisionMissing]: 'INTERNAL',
};

/** An invocation that ended otherwise than with an answer. `reason` is its AWS error type: a name, never the function's text. */
export class FunctionFailure extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly reason: string,
  ) {
    super(reason);
    this.name = 'FunctionFailure';
  }

  /** From the outcome and the error JSON a runner answered. */
  static of(outcome: Exclude<Outcome, 0>, errorJson: string): FunctionFailure {
    const code = CODES[outcome];
    let reason: string = code;
    try {
      const { errorType } = JSON.parse(errorJson) as { errorType?: unknown };
      if (typeof errorType === 'string') reason = errorType;
    } catch {
      // an outcome without error JSON has only its code
    }
    return new FunctionFailure(code, reason);
  }
}
