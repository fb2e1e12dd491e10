import { type FunctionIdentity } from './handler';
import { now, toText } from './primordials';

/** What the handler may do with its invocation besides returning. */
export interface Answer {
  readonly succeed: (result: unknown) => void;
  readonly fail: (error: unknown) => void;
}

/** AWS's context object, a fresh one per invocation. */
export function lambdaContext(
  identity: FunctionIdentity,
  requestId: string,
  deadlineMs: number,
  answer: Answer,
): { callbackWaitsForEmptyEventLoop: unknown } {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: identity.name,
    functionVersion: toText(identity.version),
    invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${identity.name}`,
    memoryLimitInMB: toText(identity.memoryMb),
    awsRequestId: requestId,
    logGroupName: `/aws/lambda/${identity.name}`,
    logStreamName: `[${identity.version}]`,
    getRemainingTimeInMillis: (): number => {
      const left = deadlineMs - now();
      return left > 0 ? left : 0;
    },
    done: (error?: unknown, result?: unknown): void =>
      error === undefined || error === null ? answer.succeed(result) : answer.fail(error),
    succeed: answer.succeed,
    fail: answer.fail,
  } as { callbackWaitsForEmptyEventLoop: unknown };
}
