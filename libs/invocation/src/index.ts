export { InvocationClient, type InvocationClientOptions, type InvocationHandle } from './client/invocation-client';
export { type InvocationRequest, type InvocationResult, type Settle } from './client/pending-invocation';
export { type InvocationKind } from './wire';
export { InvocationWorker, type InvocationWorkerOptions } from './worker/invocation-worker';
export { type AnswerHead, type ReceivedInvocation } from './worker/received-invocation';
