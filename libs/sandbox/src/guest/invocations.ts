import { OUTCOME } from '@sluice/contracts/invocation';
import { uncaughtText } from './console';
import { errorPayload, payloadText, readText } from './error-payload';
import { type FunctionIdentity, type LambdaHandler } from './handler';
import { currentInvocation, newInvocation, post, setCurrentInvocation, type Invocation } from './invocation-state';
import { lambdaContext } from './lambda-context';
import { writeLogLine } from './log-lines';
import { jsonParse, NativePromise, now, promiseThen, record, objectKeys } from './primordials';
import { resultText } from './result-text';
import { carryTimers, dropTimers } from './timers';

/** One event in the list of a `run` entry is this many arguments. */
const EVENT_ARGUMENTS = 4;

let handler: LambdaHandler | null = null;
let identity: FunctionIdentity = { name: '', version: 0, memoryMb: 0 };
const open = record<Invocation>();

/** The events of the running entry that have not started; null as soon as another entry begins. */
let list: readonly (number | string)[] | null = null;
let next = 0;
/** The event of `list` that is waiting: only its end starts the one behind it. */
let head: Invocation | null = null;

export function bindHandler(lambda: LambdaHandler, functionIdentity: FunctionIdentity): void {
  handler = lambda;
  identity = functionIdentity;
}

/** The first statement of every entry. What has not started by now belongs to the host again, and starts elsewhere. */
export function forgetList(): void {
  list = null;
  head = null;
}

export function runList(events: readonly (number | string)[]): void {
  list = events;
  next = 0;
  startNext();
}

/** Starts events until one does not finish at once; its own end continues from there, unless another entry came between. */
function startNext(): void {
  while (list !== null && next < list.length) {
    const at = next;
    next = at + EVENT_ARGUMENTS;
    const invocation = newInvocation(list[at] as number, now() + (list[at + 2] as number));
    open[invocation.id] = invocation;
    setCurrentInvocation(invocation);
    start(invocation, list[at + 1] as string, list[at + 3] as string);
    if (!invocation.closed) {
      head = invocation;
      return;
    }
  }
}

function start(invocation: Invocation, requestId: string, eventText: string): void {
  carryTimers(invocation);
  let event: unknown;
  try {
    event = jsonParse(eventText);
  } catch (error) {
    return finish(
      invocation,
      OUTCOME.functionError,
      payloadText('Runtime.UnmarshalError', `The event is no JSON: ${readText(error, 'message', 500)}`),
    );
  }
  const succeed = (value: unknown): void => settle(invocation, value);
  const fail = (thrown: unknown): void => {
    if (!invocation.closed) finish(invocation, OUTCOME.functionError, errorPayload(thrown));
  };
  const context = lambdaContext(identity, requestId, invocation.deadlineMs, { succeed, fail });
  const callback = (error?: unknown, value?: unknown): void => {
    if (invocation.closed || invocation.held !== null) return;
    const failed = error !== undefined && error !== null;
    const outcome = failed ? { outcome: OUTCOME.functionError, text: errorPayload(error) } : outcomeOf(value);
    if (context.callbackWaitsForEmptyEventLoop !== false && invocation.liveTimers > 0) invocation.held = outcome;
    else finish(invocation, outcome.outcome, outcome.text);
  };
  const lambda = handler as LambdaHandler;
  try {
    const returned = lambda(event, context, callback);
    if (isThenable(returned)) {
      promiseThen(new NativePromise((resolve) => resolve(returned)), succeed, fail);
    } else if (returned !== undefined || lambda.length < 3) settle(invocation, returned);
    else invocation.byCallback = true;
  } catch (thrown) {
    fail(thrown);
  }
}

function isThenable(value: unknown): boolean {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return false;
  return typeof (value as { then?: unknown }).then === 'function';
}

function settle(invocation: Invocation, value: unknown): void {
  if (invocation.closed) return;
  const { outcome, text } = outcomeOf(value);
  finish(invocation, outcome, text);
}

function outcomeOf(value: unknown): { readonly outcome: number; readonly text: string } {
  const result = resultText(value);
  if (result.outcome === OUTCOME.ok) return result;
  if (result.outcome === OUTCOME.responseTooLarge) {
    return {
      outcome: result.outcome,
      text: payloadText(
        'Function.ResponseSizeTooLarge',
        'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
      ),
    };
  }
  return {
    outcome: result.outcome,
    text: payloadText('Runtime.MarshalError', `Unable to stringify response body as json: ${result.text}`),
  };
}

/** Answers an invocation, once; sent the moment it is known, so that nothing that runs later can lose it. */
function finish(invocation: Invocation, outcome: number, text: string): void {
  if (invocation.closed) return;
  invocation.closed = true;
  delete open[invocation.id];
  if (currentInvocation() === invocation) setCurrentInvocation(null);
  dropTimers(invocation, newestOpen());
  post(outcome, invocation.id, text, invocation.unsentLogs === '' ? undefined : invocation.unsentLogs);
  // While `start` is still on the stack, its caller goes on with the list.
  if (head === invocation) {
    head = null;
    startNext();
  }
}

function newestOpen(): Invocation | null {
  const ids = objectKeys(open);
  return ids.length === 0 ? null : (open[ids[ids.length - 1] as string] as Invocation);
}

/** A timer's callback threw: nobody can catch it, so the invocation fails with it. */
export function failUncaught(owner: Invocation, thrown: unknown): void {
  writeLogLine('ERROR', `Uncaught ${uncaughtText(thrown)}`);
  finish(owner, OUTCOME.functionError, errorPayload(thrown));
}

/** The owner has one timer less: a callback-style answer may have waited for it. */
export function releaseHeld(owner: Invocation): void {
  if (owner.held !== null && owner.liveTimers === 0 && !owner.closed)
    finish(owner, owner.held.outcome, owner.held.text);
}

/** Nothing can happen any more: a handler that answers by callback and never called it has answered null, as on AWS. */
export function endIdle(id: number): void {
  const invocation = open[id];
  if (invocation !== undefined && invocation.byCallback && invocation.liveTimers === 0)
    finish(invocation, OUTCOME.ok, 'null');
}
