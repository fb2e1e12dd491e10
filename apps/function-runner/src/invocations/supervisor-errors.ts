import { OUTCOME, type FunctionErrorPayload, type Outcome } from '@sluice/contracts';

/** AWS's error JSON for the endings that no function wrote: the host died, or it never ran. */
export function supervisorError(outcome: Outcome, requestId: string, timeoutMs: number): string {
  const { errorType, text } = describe(outcome, timeoutMs);
  const payload: FunctionErrorPayload = { errorType, errorMessage: `RequestId: ${requestId} Error: ${text}` };
  return JSON.stringify(payload);
}

function describe(outcome: Outcome, timeoutMs: number): { errorType: string; text: string } {
  switch (outcome) {
    case OUTCOME.timeout:
      return { errorType: 'Sandbox.Timedout', text: `Task timed out after ${(timeoutMs / 1_000).toFixed(2)} seconds` };
    case OUTCOME.waitTimeout:
      return { errorType: 'Sandbox.WaitTimedout', text: 'No execution environment was free before the deadline' };
    case OUTCOME.cancelled:
      return { errorType: 'Runtime.Cancelled', text: 'The caller left before the invocation started' };
    case OUTCOME.circuitOpen:
      return {
        errorType: 'Sandbox.CircuitOpen',
        text: 'The function killed its host repeatedly and is switched off for a minute',
      };
    case OUTCOME.revisionMissing:
      return { errorType: 'Sandbox.RevisionMissing', text: 'The runner could not load the function' };
    default:
      return { errorType: 'Runtime.ExitError', text: 'Runtime exited without providing a reason' };
  }
}
