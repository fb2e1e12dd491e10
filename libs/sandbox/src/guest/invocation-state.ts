import { LIMITS } from '@sluice/contracts/invocation';
import { putInOutbox } from './outbox';
import { NativeError } from './primordials';

/** One run of the handler, as the guest knows it. Closed = answered: its timers are gone, what it still logs is dropped. */
export interface Invocation {
  /** 0 = loading the module. */
  readonly id: number;
  /** Epoch ms its time is over. */
  readonly deadlineMs: number;
  closed: boolean;
  liveTimers: number;
  hostCalls: number;
  logLines: number;
  logBytes: number;
  logsCut: boolean;
  unsentLogs: string;
  logsSentAt: number;
  /** Set once a callback-style handler has answered but waits for its timers (callbackWaitsForEmptyEventLoop). */
  held: { readonly outcome: number; readonly text: string } | null;
  /** Whether the handler answers by callback only: then an empty event loop ends it. */
  byCallback: boolean;
  limitError: Error | null;
}

export type Post = (op: number, id: number, text?: string | number, logs?: string) => void;

/** What the host lends the guest. In closures only; no global, no property ever holds one of these functions. */
export interface HostFunctions {
  readonly post: Post;
  readonly random: (bytes: number) => Uint8Array;
  readonly domainToAscii: (domain: string) => string;
}

let host: HostFunctions | null = null;
let current: Invocation | null = null;

export function bindHost(functions: HostFunctions): void {
  host = functions;
}

export function newInvocation(id: number, deadlineMs: number): Invocation {
  return {
    id,
    deadlineMs,
    closed: false,
    liveTimers: 0,
    hostCalls: 0,
    logLines: 0,
    logBytes: 0,
    logsCut: false,
    unsentLogs: '',
    logsSentAt: 0,
    held: null,
    byCallback: false,
    limitError: null,
  };
}

/** Whom logs, timers and host calls belong to now. */
export function currentInvocation(): Invocation | null {
  return current;
}

export function setCurrentInvocation(invocation: Invocation | null): void {
  current = invocation;
}

/** Posts that went through the callback: what is in the outbox is said after them. */
let posts = 0;

/** Sends and forgets. Ids and texts are made by the prelude; sizes are bounded before they get here. */
export function post(op: number, id: number, text?: string | number, logs?: string): void {
  if (typeof text === 'string' && putInOutbox(posts, op, id, text, logs ?? '')) return;
  (host as HostFunctions).post(op, id, text, logs);
  // Behind it: where the stack is used up it throws, and nothing was sent.
  posts++;
}

/** Counts a synchronous host call against the invocation that makes it, before anything crosses. */
export function hostCall(): HostFunctions {
  const invocation = current;
  if (host === null || invocation === null || invocation.closed) throw new NativeError('No invocation is running');
  if (++invocation.hostCalls > LIMITS.guestHostCallsMax) {
    invocation.limitError ??= new NativeError(`More than ${LIMITS.guestHostCallsMax} host calls in one invocation`);
    throw invocation.limitError;
  }
  return host;
}
