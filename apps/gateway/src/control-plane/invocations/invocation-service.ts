import { LIMITS, OUTCOME, outcomeName, SluiceError, type ErrorCode, type Outcome } from '@sluice/contracts';
import { type InvocationClient } from '@sluice/invocation';
import { type ConfigurationStore } from '../../configuration/configuration-store';
import { type RequestMetrics } from '../../data-plane/request-metrics';
import { Reply } from '../http/reply';

export interface InvokeRequest {
  readonly functionName: string;
  readonly qualifier: string | undefined;
  readonly requestId: string;
  /** `X-Amz-Invocation-Type`; absent = RequestResponse. */
  readonly invocationType: string | undefined;
  readonly payload: Buffer;
}

/** Outcomes that are the function's own doing: AWS answers them 200 with `X-Amz-Function-Error`. */
const FUNCTION_ERRORS: ReadonlySet<Outcome> = new Set([
  OUTCOME.functionError,
  OUTCOME.timeout,
  OUTCOME.cpuTimeout,
  OUTCOME.outOfMemory,
  OUTCOME.exited,
  OUTCOME.responseTooLarge,
  OUTCOME.responseMalformed,
  OUTCOME.initError,
]);

const REFUSALS: Partial<Record<Outcome, SluiceError>> = {
  [OUTCOME.circuitOpen]: new SluiceError(
    'CIRCUIT_OPEN',
    'The function keeps killing its host; it is off for a minute.',
  ),
  [OUTCOME.waitTimeout]: new SluiceError('CONCURRENCY_LIMIT', 'Rate Exceeded.'),
  [OUTCOME.hostLost]: new SluiceError('HOST_LOST', 'The sandbox host died while the function ran.'),
};

/** AWS's exception names of what can go wrong before or beside the function. Everything else is a ServiceException. */
const AWS_ERROR_TYPES: Partial<Record<ErrorCode, string>> = {
  FUNCTION_NOT_FOUND: 'ResourceNotFoundException',
  PAYLOAD_TOO_LARGE: 'RequestTooLargeException',
  BAD_REQUEST: 'InvalidRequestContentException',
  VALIDATION_FAILED: 'InvalidParameterValueException',
  CONCURRENCY_LIMIT: 'TooManyRequestsException',
};
/** AWS writes `Message` in these two and `message` in all others. */
const CAPITAL_MESSAGE = new Set(['ResourceNotFoundException', 'ServiceException']);

/**
 * Lambda's Invoke (`POST /2015-03-31/functions/{name}/invocations`), synchronous.
 * Deviations: `Event` is refused, `X-Amz-Log-Type: Tail` is ignored; an error body has Sluice's `code` and `requestId` beside AWS's
 * members; what AWS reports as its own fault (500) is 502 for a lost host and 503 where nothing ran.
 */
export class InvocationService {
  constructor(
    private readonly configuration: ConfigurationStore,
    private readonly invocations: Pick<InvocationClient, 'invoke'>,
    private readonly metrics: RequestMetrics,
  ) {}

  async invoke(request: InvokeRequest): Promise<Reply> {
    try {
      return await this.run(request);
    } catch (error) {
      if (error instanceof SluiceError) return errorReply(error, request.requestId);
      throw error;
    }
  }

  private async run({ functionName, qualifier, requestId, invocationType, payload }: InvokeRequest): Promise<Reply> {
    const version = this.configuration.resolve(functionName, qualifier);
    if (version === null) {
      const name = qualifier === undefined ? functionName : `${functionName}:${qualifier}`;
      const arn = `arn:aws:lambda:local:000000000000:function:${name.slice(0, 200)}`;
      throw new SluiceError('FUNCTION_NOT_FOUND', `Function not found: ${arn}`);
    }
    const event = parsePayload(payload);
    if (invocationType === 'DryRun') return new Reply(204, null);
    refuseUnknownType(invocationType);
    const { timeoutMs, idempotent } = version.config;
    const { outcome, result } = await this.metrics.function(functionName).measure(version.version, () =>
      this.invocations.invoke({
        kind: 'invoke',
        functionName,
        revision: version.revision,
        requestId,
        event,
        timeoutMs,
        retryable: idempotent,
      }),
    );
    const headers = {
      'content-type': 'application/json',
      'x-amzn-requestid': requestId,
      'x-amz-executed-version':
        qualifier === undefined || qualifier === '$LATEST' ? '$LATEST' : String(version.version),
    };
    if (outcome === OUTCOME.ok) return new Reply(200, result, headers);
    if (FUNCTION_ERRORS.has(outcome)) {
      return new Reply(200, result, { ...headers, 'x-amz-function-error': 'Unhandled' });
    }
    throw REFUSALS[outcome] ?? new SluiceError('INTERNAL', `The invocation ended as ${outcomeName(outcome)}.`);
  }
}

/** The event is the text as it was sent; it is parsed here only to refuse what is no JSON. An empty body is `{}`. */
function parsePayload(payload: Buffer): string {
  if (payload.length > LIMITS.eventBytesMax) {
    throw new SluiceError(
      'PAYLOAD_TOO_LARGE',
      `${payload.length} byte payload is too large; at most ${LIMITS.eventBytesMax}.`,
    );
  }
  if (payload.length === 0) return '{}';
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload);
    JSON.parse(text);
    return text;
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message.slice(0, 200) : 'Invalid UTF-8';
    throw new SluiceError('BAD_REQUEST', `Could not parse request body into json: ${reason}`);
  }
}

function refuseUnknownType(invocationType: string | undefined): void {
  if (invocationType === undefined || invocationType === 'RequestResponse') return;
  throw new SluiceError(
    'VALIDATION_FAILED',
    invocationType === 'Event'
      ? 'Asynchronous invocation (X-Amz-Invocation-Type: Event) is not available in this version; use RequestResponse.'
      : 'X-Amz-Invocation-Type must be RequestResponse or DryRun.',
  );
}

function errorReply(error: SluiceError, requestId: string): Reply {
  const type = AWS_ERROR_TYPES[error.code] ?? 'ServiceException';
  const body = {
    Type: error.status < 500 ? 'User' : 'Service',
    [CAPITAL_MESSAGE.has(type) ? 'Message' : 'message']: error.message,
    ...(error.code === 'CONCURRENCY_LIMIT' ? { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' } : {}),
    code: error.code,
    requestId,
  };
  return new Reply(error.status, body, {
    'content-type': 'application/json',
    'x-amzn-errortype': type,
    'x-amzn-requestid': requestId,
    'x-sluice-error': error.code,
    ...(error.status === 503 || error.status === 429 ? { 'retry-after': '1' } : {}),
  });
}
