import { LIMITS, OUTCOME, SluiceError, type Outcome } from '@sluice/contracts';
import { type InvocationResult } from '@sluice/invocation';
import { buildEvent } from '../events/build-event';
import { FunctionFailure } from '../function-failure';
import { type Routed } from '../request-context';
import { parseProxyResponse } from '../responses/proxy-response';

/** Methods that a client may repeat by itself (RFC 9110 §9.2.1), so may we when a host died. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Runs the route's function with the event of this request and reads its answer.
 * Throws FunctionFailure for whatever the function did, or the SluiceError of an invocation that no runner took.
 */
export function integrate(context: Routed): Promise<void> {
  const { route, requestId } = context;
  const { target } = route;
  const { version } = target;
  if (version === null)
    throw new SluiceError('INTERNAL', `The function ${target.functionName} of this route does not exist.`);
  const event = buildEvent(context);
  if (
    event.length > LIMITS.eventBytesMax ||
    (event.length * 3 > LIMITS.eventBytesMax && Buffer.byteLength(event) > LIMITS.eventBytesMax)
  ) {
    throw new SluiceError(
      'PAYLOAD_TOO_LARGE',
      `The event of this request is over ${LIMITS.eventBytesMax} bytes of JSON text.`,
    );
  }
  const startedAtMs = performance.now();
  return new Promise((resolve, reject) => {
    const handle = route.invocations.submit(
      {
        kind: 'invoke',
        functionName: target.functionName,
        revision: version.revision,
        requestId,
        event,
        timeoutMs: Math.min(version.config.timeoutMs, route.timeoutMs),
        waitMs: route.timeoutMs,
        retryable: version.config.idempotent || SAFE.has(context.method),
      },
      (result, error) => {
        context.integrationMs = performance.now() - startedAtMs;
        context.response.removeListener('close', left);
        if (result === null) {
          target.metrics.refused();
          reject(error as SluiceError);
          return;
        }
        target.metrics.record(result.outcome, result.durationUs, result.initUs, context.integrationMs);
        try {
          context.answer = answerOf(context, result);
          resolve();
        } catch (failure) {
          reject(failure as Error);
        }
      },
    );
    const left = (): void => {
      if (context.response.writableFinished) return;
      handle.cancel();
      reject(new SluiceError('CLIENT_CLOSED', 'The client left before the answer.'));
    };
    context.response.once('close', left);
  });
}

function answerOf(context: Routed, { outcome, result }: InvocationResult): Routed['answer'] {
  if (outcome !== OUTCOME.ok) throw FunctionFailure.of(outcome as Exclude<Outcome, 0>, result);
  const { style, payloadFormat } = context.route;
  const answer = parseProxyResponse(result, payloadFormat, style);
  if (answer === null) throw new FunctionFailure('RESPONSE_MALFORMED', 'Runtime.MalformedResponse');
  return answer;
}
