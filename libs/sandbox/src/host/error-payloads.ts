/** AWS's error payloads for what the host decides; the texts are AWS's. */
import { type FunctionErrorPayload } from '@sluice/contracts/invocation';

export function timeoutPayload(requestId: string, timeoutMs: number): string {
  return payload(
    'Sandbox.Timedout',
    `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
  );
}

export function initTimeoutPayload(requestId: string, timeoutMs: number): string {
  return payload(
    'Sandbox.Timedout',
    `RequestId: ${requestId} Error: Initialization timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
  );
}

export function cpuTimeoutPayload(requestId: string, cpuMs: number): string {
  return payload(
    'Sandbox.CpuTimedout',
    `RequestId: ${requestId} Error: Task used more than ${(cpuMs / 1000).toFixed(2)} seconds of processor time`,
  );
}

export function outOfMemoryPayload(requestId: string, memoryMb: number): string {
  return payload(
    'Runtime.OutOfMemory',
    `RequestId: ${requestId} Error: Runtime used more than ${memoryMb} MB of memory`,
  );
}

export function exitedPayload(requestId: string): string {
  return payload('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited without providing a reason`);
}

export function waitTimeoutPayload(requestId: string): string {
  return payload('Sandbox.WaitTimedout', `RequestId: ${requestId} Error: No execution environment became free in time`);
}

export function errorPayload(errorType: string, errorMessage: string, stack = ''): string {
  return JSON.stringify({
    errorType,
    errorMessage,
    trace: stack === '' ? [] : stack.split('\n'),
  } satisfies FunctionErrorPayload);
}

function payload(errorType: string, errorMessage: string): string {
  return JSON.stringify({ errorType, errorMessage } satisfies FunctionErrorPayload);
}
