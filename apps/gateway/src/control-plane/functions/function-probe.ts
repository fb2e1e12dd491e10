import { OUTCOME, SluiceError, type ErrorDetail, type HandlerKind } from '@sluice/contracts';
import { type InvocationClient } from '@sluice/invocation';

export interface ProbeResult {
  readonly handlerKind: HandlerKind;
  readonly initMs: number;
}

/** What a runner answers to a probe. */
type ProbeAnswer =
  | ({ readonly ok: true } & ProbeResult)
  | {
      readonly ok: false;
      readonly errorType?: string;
      readonly message?: string;
      readonly errorMessage?: string;
      readonly details?: readonly ErrorDetail[];
      readonly exports?: readonly string[];
    };

/** No runner within this time: nothing is stored. */
const ACCEPT_BY_MS = 10_000;
/** Loading is limited to 5 s by the runner; this is when the gateway stops believing in an answer. */
const PROBE_TIMEOUT_MS = 10_000;

/**
 * Has a runner load a staged revision once in an environment that is thrown away, so that what cannot be loaded fails the
 * upload and not the first call.
 */
export class FunctionProbe {
  constructor(
    private readonly invocations: Pick<InvocationClient, 'invoke'>,
    private readonly newRequestId: () => string,
  ) {}

  /** @throws SluiceError INIT_ERROR · NO_RUNNER · QUEUE_FULL · HOST_LOST */
  async run(functionName: string, revision: string): Promise<ProbeResult> {
    const requestId = this.newRequestId();
    const { outcome, result } = await this.invocations
      .invoke({
        kind: 'probe',
        functionName,
        revision,
        requestId,
        event: 'null',
        timeoutMs: PROBE_TIMEOUT_MS,
        waitMs: ACCEPT_BY_MS,
        acceptByMs: ACCEPT_BY_MS,
        retryable: true,
      })
      .catch((error: unknown) => {
        if (!(error instanceof SluiceError) || error.code !== 'NOT_ACCEPTED') throw error;
        throw new SluiceError('NO_RUNNER', 'No function runner took the upload within 10 s; nothing was stored.', {
          cause: error,
        });
      });
    const answer = parseAnswer(result);
    if (outcome === OUTCOME.ok && answer.ok) return { handlerKind: answer.handlerKind, initMs: answer.initMs };
    throw initError(answer.ok ? { ok: false } : answer);
  }
}

function initError(answer: Extract<ProbeAnswer, { ok: false }>): SluiceError {
  const message = answer.message ?? answer.errorMessage ?? 'The module could not be loaded.';
  const type = answer.errorType === undefined ? '' : `${answer.errorType}: `;
  return new SluiceError('INIT_ERROR', `Loading the function failed. ${type}${message}`, {
    ...(answer.details && answer.details.length > 0 ? { details: answer.details } : {}),
  });
}

function parseAnswer(text: string): ProbeAnswer {
  const answer = JSON.parse(text) as ProbeAnswer;
  return answer.ok === true ? answer : { ...answer, ok: false };
}
