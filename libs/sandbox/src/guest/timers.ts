import { LIMITS } from '@sluice/contracts/invocation';
import { POST } from '../isolate-protocol';
import { currentInvocation, post, setCurrentInvocation, type Invocation } from './invocation-state';
import {
  apply,
  bareArray,
  floor,
  NativeError,
  NativeTypeError,
  now,
  objectKeys,
  promiseThen,
  record,
  resolvedPromise,
  toNumber,
} from './primordials';

const DELAY_MS_MAX = 2_147_483_647;
/** Past this many wishes for an earlier wake-up in one entry, the host is asked to come back at once instead. */
const ANNOUNCEMENTS_MAX = 64;

interface Timer {
  readonly id: number;
  readonly callback: (...args: unknown[]) => unknown;
  readonly args: unknown[];
  /** The invocation that set it; the one of loading stands for timers set at top level, which run while any invocation does. */
  readonly owner: Invocation;
  dueMs: number;
  /** -1 = once. */
  readonly everyMs: number;
  live: boolean;
}

export interface TimerHooks {
  /** Somebody's callback threw. */
  readonly onThrow: (owner: Invocation, thrown: unknown) => void;
  /** A callback is done or a timer was cleared: the owner may have been waiting for its last one. */
  readonly onChange: (owner: Invocation) => void;
}

let hooks: TimerHooks | null = null;
const timers = record<Timer>();
let liveTimers = 0;
let lastId = 0;
/** Epoch ms the host will come back for; it holds one timer per environment. */
let announcedMs = Infinity;
let announcements = 0;
/** The newest unfinished invocation: who runs the timers of the top level. */
let carrier: Invocation | null = null;

export function bindTimerHooks(timerHooks: TimerHooks): void {
  hooks = timerHooks;
}

export function setTimeout(callback: unknown, delayMs?: unknown, ...args: unknown[]): number {
  return add(callback, delayMs, args, false);
}

export function setInterval(callback: unknown, delayMs?: unknown, ...args: unknown[]): number {
  return add(callback, delayMs, args, true);
}

export function clearTimeout(id?: unknown): void {
  const timer = typeof id === 'number' || typeof id === 'string' ? timers[id] : undefined;
  if (timer === undefined) return;
  remove(timer);
  hooks?.onChange(timer.owner);
}

/** Every entry of the host starts here. */
export function beginTimerEntry(): void {
  announcements = 0;
}

/** From now on timers of the top level run on behalf of this invocation. */
export function carryTimers(invocation: Invocation): void {
  carrier = invocation;
  if (liveTimers > 0) announceEarliest();
}

/** Timers die with their invocation. */
export function dropTimers(owner: Invocation, newCarrier: Invocation | null): void {
  if (carrier === owner) carrier = newCarrier;
  // With nothing open the host forgets its timer too.
  if (newCarrier === null) announcedMs = Infinity;
  if (owner.liveTimers === 0) return;
  const ids = objectKeys(timers);
  for (let at = 0; at < ids.length; at++) {
    const timer = timers[ids[at] as string];
    if (timer !== undefined && timer.owner === owner) remove(timer);
  }
}

/** Runs what is due of one invocation, one callback after another with microtasks between; the rest is announced anew. */
export function fireTimers(ownerId: number): void {
  announcedMs = Infinity;
  const at = now();
  const due = bareArray<Timer>();
  let count = 0;
  const ids = objectKeys(timers);
  for (let index = 0; index < ids.length; index++) {
    const timer = timers[ids[index] as string] as Timer;
    if (timer.dueMs <= at && carrierOf(timer)?.id === ownerId) due[count++] = timer;
  }
  sortByDue(due, count);
  for (let index = 0; index < count; index++) {
    const timer = due[index] as Timer;
    // One that fires once stays, so that a callback before it can clear it, but is not announced again.
    timer.dueMs = timer.everyMs >= 0 ? at + timer.everyMs : Infinity;
  }
  announceEarliest();
  runFrom(due, count, 0);
}

function runFrom(due: readonly Timer[], count: number, index: number): void {
  if (index >= count) return;
  const timer = due[index] as Timer;
  const owner = carrierOf(timer);
  const { live } = timer;
  if (timer.everyMs < 0) remove(timer);
  if (live && owner !== null && !owner.closed) {
    setCurrentInvocation(owner);
    try {
      apply(timer.callback, undefined, timer.args);
    } catch (thrown) {
      hooks?.onThrow(owner, thrown);
    }
    hooks?.onChange(timer.owner);
  }
  if (index + 1 < count) promiseThen(resolvedPromise, () => runFrom(due, count, index + 1), ignore);
}

function ignore(): void {}

function add(callback: unknown, delay: unknown, args: unknown[], repeats: boolean): number {
  if (typeof callback !== 'function') throw new NativeTypeError('The callback of a timer must be a function');
  const owner = currentInvocation();
  if (owner === null || owner.closed) throw new NativeError('A timer can only be set while an invocation is running');
  if (liveTimers >= LIMITS.guestTimersMax) throw tooManyTimers(owner);
  const wanted = floor(toNumber(delay));
  const delayMs = wanted >= 1 && wanted <= DELAY_MS_MAX ? wanted : 1;
  const id = ++lastId;
  timers[id] = {
    id,
    callback: callback as Timer['callback'],
    args,
    owner,
    dueMs: now() + delayMs,
    everyMs: repeats ? delayMs : -1,
    live: true,
  };
  liveTimers++;
  owner.liveTimers++;
  const timer = timers[id];
  const carriedBy = carrierOf(timer);
  if (carriedBy !== null) announce(timer.dueMs, carriedBy);
  return id;
}

/** One error per invocation: a loop that asks 100,000 times must not spend its time on 100,000 stacks. */
function tooManyTimers(owner: Invocation): Error {
  owner.limitError ??= new NativeError(`More than ${LIMITS.guestTimersMax} timers at the same time`);
  return owner.limitError;
}

function remove(timer: Timer): void {
  delete timers[timer.id];
  retire(timer);
}

function retire(timer: Timer): void {
  if (!timer.live) return;
  timer.live = false;
  liveTimers--;
  timer.owner.liveTimers--;
}

function carrierOf(timer: Timer): Invocation | null {
  return timer.owner.id === 0 ? carrier : timer.owner;
}

function announceEarliest(): void {
  let earliest: Timer | null = null;
  const ids = objectKeys(timers);
  for (let at = 0; at < ids.length; at++) {
    const timer = timers[ids[at] as string] as Timer;
    if ((earliest === null || timer.dueMs < earliest.dueMs) && carrierOf(timer) !== null) earliest = timer;
  }
  if (earliest !== null) announce(earliest.dueMs, carrierOf(earliest) as Invocation);
}

function announce(dueMs: number, owner: Invocation): void {
  if (dueMs >= announcedMs) return;
  if (++announcements > ANNOUNCEMENTS_MAX) dueMs = -Infinity;
  announcedMs = dueMs;
  const delayMs = dueMs - now();
  post(POST.timer, owner.id, delayMs > 0 ? delayMs : 0);
}

/** Insertion sort: `due` is nearly sorted already (by id), and Array.prototype.sort may be somebody else's. */
function sortByDue(due: Timer[], count: number): void {
  for (let at = 1; at < count; at++) {
    const timer = due[at] as Timer;
    let to = at;
    for (; to > 0 && (due[to - 1] as Timer).dueMs > timer.dueMs; to--) due[to] = due[to - 1] as Timer;
    due[to] = timer;
  }
}
