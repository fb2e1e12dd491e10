import { fillStageVariables, LIMITS, OUTCOME, SluiceError, type FunctionIntegration } from '@sluice/contracts';
import {
  type InvocationClient,
  type InvocationHandle,
  type InvocationRequest,
  type InvocationResult,
} from '@sluice/invocation';
import { buildEvent } from '../events/build-event';
import { FunctionFailure } from '../function-failure';
import { headerOf } from '../header-list';
import { type PipelineParts } from '../pipeline-parts';
import { type Routed } from '../request-context';
import { type Handler } from '../request-pipeline';
import { firstAccepted, isBinaryType } from '../responses/media-type';
import { parseProxyResponse } from '../responses/proxy-response';
import { type FunctionTarget } from '../routes/function-targets';
import { type RouteBlueprint } from '../routes/route-blueprint';
import { refuseWithout } from './refuse-configuration';

/** Methods that a client may repeat by itself (RFC 9110 §9.2.1), so may we when a host died. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Hands the request to the route's function and its answer back. */
export function compileFunction(
  route: RouteBlueprint,
  integration: FunctionIntegration,
  { targets, invocations }: PipelineParts,
): Handler {
  const { variables } = route.stage;
  const functionName = fillStageVariables(integration.function, variables);
  const qualifier = fillStageVariables(integration.qualifier ?? '', variables);
  if ('missing' in functionName) return refuseWithout(functionName.missing);
  if ('missing' in qualifier) return refuseWithout(qualifier.missing);
  const target = targets.get(functionName.text, integration.qualifier === undefined ? undefined : qualifier.text);
  return (context) => invoke(context, target, invocations);
}

/**
 * Runs the route's function with the event of this request and reads its answer.
 * Rejects with a FunctionFailure for whatever the function did, or the SluiceError of an invocation that no runner took.
 */
function invoke(context: Routed, target: FunctionTarget, invocations: InvocationClient): Promise<void> {
  const startedAtMs = performance.now();
  // A deployment of the function meanwhile does not make this run one of the next version.
  const version = versionOf(target);
  return new Promise((resolve, reject) => {
    submit(context, requestOf(context, target), target, invocations, (settlement) => {
      context.integrationMs = performance.now() - startedAtMs;
      context.integrationStartedAtMs = startedAtMs;
      if (settlement instanceof SluiceError) return reject(settlement);
      context.invocation = settlement;
      const { outcome, durationUs, initUs } = settlement;
      target.metrics.record(version, outcome, durationUs, initUs, context.integrationMs);
      try {
        context.answer = answerOf(context, settlement);
      } catch (failure) {
        return reject(failure instanceof Error ? failure : new Error(String(failure)));
      }
      resolve();
    });
  });
}

function requestOf(context: Routed, { version, functionName }: FunctionTarget): InvocationRequest {
  const { route, requestId } = context;
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
 * Calls `settle` once with how the invocation ended, or with CLIENT_CLOSED as soon as the client leaves: the invocation then ends by
 * itself, and is counted then. Throws QUEUE_FULL when nothing was sent.
 */
function submit(
  { response }: Routed,
  request: InvocationRequest,
  target: FunctionTarget,
  invocations: InvocationClient,
  settle: (settlement: InvocationResult | SluiceError) => void,
): void {
  const { metrics } = target;
  const version = versionOf(target);
  // Null once they have served: the listener below stays, and must keep neither the event nor the answer of a slow reader.
  let waiting: typeof settle | null = settle;
  let handle: InvocationHandle | null = null;
  const tell = (settlement: InvocationResult | SluiceError): void => {
    const told = waiting;
    waiting = null;
    told?.(settlement);
  };
  handle = invocations.submit(request, (settlement) => {
    handle = null;
    metrics.ended();
    if (settlement instanceof SluiceError) metrics.refused();
    else if (waiting === null) metrics.record(version, settlement.outcome, settlement.durationUs, settlement.initUs, 0);
    tell(settlement);
  });
  metrics.started();
  // Never taken off: that costs a microsecond a request, and every response closes.
  response.on('close', () => {
    if (handle === null || response.writableFinished) return;
    handle.cancel();
    tell(new SluiceError('CLIENT_CLOSED', 'The client left before the answer.'));
  });
}

function versionOf({ version }: FunctionTarget): number {
  return version?.version ?? 0;
}

function answerOf(context: Routed, { outcome, result }: InvocationResult): Routed['answer'] {
  if (outcome !== OUTCOME.ok) throw FunctionFailure.of(outcome, result);
  const { style, payloadFormat } = context.route;
  const answer = parseProxyResponse(result, payloadFormat, style, takesBinary(context));
  if (answer === null) throw new FunctionFailure('RESPONSE_MALFORMED', 'Runtime.MalformedResponse');
  return answer;
}

function takesBinary({ route, headers }: Routed): boolean {
  const { binaryMediaTypes } = route.api;
  if (binaryMediaTypes === undefined) return false;
  return isBinaryType(binaryMediaTypes, firstAccepted(headerOf(headers.raw, 'accept') ?? ''));
}
