import { LIMITS, OUTCOME, SluiceError } from '@sluice/contracts';
import { type InvocationRequest, type InvocationResult } from '@sluice/invocation';
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
export async function integrate(context: Routed): Promise<void> {
  const { target } = context.route;
  const startedAtMs = performance.now();
  const settlement = await settled(context, requestOf(context));
  context.integrationMs = performance.now() - startedAtMs;
  if (settlement instanceof SluiceError) throw settlement;
  target.metrics.record(settlement.outcome, settlement.durationUs, settlement.initUs, context.integrationMs);
  context.answer = answerOf(context, settlement);
}

function requestOf(context: Routed): InvocationRequest {
  const { route, requestId } = context;
  const { version, functionName } = route.target;
  if (version === null) throw new SluiceError('INTERNAL', `The function ${functionName} of this route does not exist.`);
  const event = buildEvent(context);
  if (event.length * 3 > LIMITS.eventBytesMax && Buffer.byteLength(event) > LIMITS.eventBytesMax) {
    throw new SluiceError(
      'PAYLOAD_TOO_LARGE',
      `The event of this request is over ${LIMITS.eventBytesMax} bytes of JSON text.`,
    );
  }
  return {
    kind: 'invoke',
    functionName,
    revision: version.revision,
    requestId,
    event,
    timeoutMs: Math.min(version.config.timeoutMs, route.timeoutMs),
    waitMs: route.timeoutMs,
    retryable: version.config.idempotent || SAFE.has(context.method),
  };
}

/**
 * How the invocation ended, or CLIENT_CLOSED as soon as the client leaves: the invocation then ends by itself, and is counted then.
 * Never rejects, but throws QUEUE_FULL when nothing was sent.
 */
function settled(context: Routed, request: InvocationRequest): Promise<InvocationResult | SluiceError> {
  const { response, route } = context;
  const { metrics } = route.target;
  return new Promise((resolve) => {
    let clientLeft = false;
    const handle = route.invocations.submit(request, (settlement) => {
      response.removeListener('close', left);
      if (settlement instanceof SluiceError) metrics.refused();
      else if (clientLeft) metrics.record(settlement.outcome, settlement.durationUs, settlement.initUs, 0);
      resolve(settlement);
    });
    const left = (): void => {
      if (response.writableFinished) return;
      clientLeft = true;
      handle.cancel();
      resolve(new SluiceError('CLIENT_CLOSED', 'The client left before the answer.'));
    };
    response.once('close', left);
  });
}

function answerOf(context: Routed, { outcome, result }: InvocationResult): Routed['answer'] {
  if (outcome !== OUTCOME.ok) throw FunctionFailure.of(outcome, result);
  const { style, payloadFormat } = context.route;
  const answer = parseProxyResponse(result, payloadFormat, style);
  if (answer === null) throw new FunctionFailure('RESPONSE_MALFORMED', 'Runtime.MalformedResponse');
  return answer;
}
