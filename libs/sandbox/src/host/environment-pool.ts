import { OUTCOME, type Outcome } from '@sluice/contracts/invocation';
import { type HostFault } from '../channel';
import { Environment } from './environment';
import { type EnvironmentEvents, type LoadFailure, type ResultFigures } from './environment-events';
import { exitedPayload, waitTimeoutPayload } from './error-payloads';
import { initFailure } from './init-failure';
import { ProcessorClock } from './processor-clock';
import { type Invocation, type Revision } from './revision';
import { RunningSlots, type RunningSlot } from './running-slots';
import { type GuestImage } from './snapshot';
import { SpareIsolate } from './spare-isolate';

/** A quiet moment is waited for: making an isolate blocks the loop. */
const REFILL_AFTER_MS = 20;

export interface PoolEvents {
  onResult(invocation: Invocation, outcome: Outcome, text: string | Buffer, logs: string, figures: ResultFigures): void;
  /** A stay in an isolate is over: no more results come of it. */
  onEntryEnd(): void;
  /** The process must be replaced; from now on nothing starts in it. */
  onFault(revisionHandle: number, fault: HostFault): void;
}

/**
 * All environments of a host: who runs next, where, and for how long a place is held.
 * An environment is made only when an event has a running slot and none of its revision's environments is free, so callers
 * that wait on the processor never multiply isolates; callers that wait on timers do, up to `maxConcurrency`.
 */
export class EnvironmentPool implements EnvironmentEvents {
  readonly environments = new Set<Environment>();
  readonly slots: RunningSlots;
  private readonly isolates: SpareIsolate;
  private readonly processors = new ProcessorClock();
  coldStarts = 0;
  private readonly slotOf = new Map<Environment, RunningSlot>();
  /** Revisions with events waiting, in the order they take turns. */
  private readonly waiting = new Set<Revision>();
  /** Environments that want to be entered again. */
  private readonly waking = new Set<Environment>();
  /** Cold starts in line: `new Isolate` blocks the loop, so there is one per turn. */
  private readonly creating: (() => void)[] = [];
  private closed = false;
  private dispatching = false;
  private refilling = false;
  /** Above a memory threshold no environment is made. */
  refusing = false;

  constructor(
    image: GuestImage,
    runningSlots: number,
    private readonly events: PoolEvents,
    private readonly onActivity: () => void,
  ) {
    this.slots = new RunningSlots(runningSlots);
    this.isolates = new SpareIsolate(image);
  }

  get waitingCount(): number {
    let sum = 0;
    for (const revision of this.waiting) sum += revision.waiting;
    return sum;
  }

  get idleCount(): number {
    let sum = 0;
    for (const environment of this.environments) if (isIdle(environment)) sum++;
    return sum;
  }

  /** Takes an invocation; `dispatch` starts what has been taken. */
  enqueue(invocation: Invocation): void {
    if (this.closed) return this.refuse(invocation);
    invocation.revision.enqueue(invocation);
    this.waiting.add(invocation.revision);
  }

  /** Drops it when it has not started. */
  cancel(revision: Revision, id: number): void {
    for (const invocation of revision.removeWaiting((waiting) => waiting.id === id))
      this.answerUnstarted(invocation, OUTCOME.cancelled, exitedPayload(invocation.requestId));
  }

  /** Nothing more of it will come. */
  unload(revision: Revision): void {
    revision.unloaded = true;
    for (const environment of [...revision.environments]) {
      if (isIdle(environment)) environment.drain();
    }
  }

  /** Nothing starts any more; what has not started goes back. What runs may end. */
  close(): void {
    this.closed = true;
    for (const revision of this.waiting) this.giveBack(revision);
    this.waiting.clear();
  }

  /** Gives free places to whoever is next: turn by turn an environment that was woken and a revision with events. */
  dispatch(): void {
    if (this.dispatching) return;
    this.dispatching = true;
    this.onActivity();
    let progress = true;
    while (progress && this.slots.anyFree) {
      const woken = this.dispatchWoken();
      progress = this.dispatchRevision() || woken;
    }
    this.dispatching = false;
  }

  private dispatchWoken(): boolean {
    for (const environment of this.waking) {
      if (environment.entry !== null) continue;
      if (!environment.wantsEntry) {
        this.waking.delete(environment);
        continue;
      }
      const slot = this.slots.take(environment.revision.config.functionName);
      if (slot === null) continue;
      this.waking.delete(environment);
      this.slotOf.set(environment, slot);
      environment.wake(slot);
      return true;
    }
    return false;
  }

  private dispatchRevision(): boolean {
    for (const revision of this.waiting) {
      if (revision.waiting === 0) {
        this.waiting.delete(revision);
        continue;
      }
      if (this.failWaiting(revision) || !this.slots.mayTake(revision.config.functionName)) continue;
      const environment = this.freeEnvironment(revision);
      if (environment === null && !this.mayCreate(revision)) {
        if (this.refusing && revision.environments.size === 0) this.giveBack(revision);
        continue;
      }
      const slot = this.slots.take(revision.config.functionName) as RunningSlot;
      // To the end of the line: the others come first next time.
      this.waiting.delete(revision);
      if (environment === null) this.create(revision, slot);
      else {
        this.slotOf.set(environment, slot);
        environment.run(revision.takeBatch(), slot);
      }
      if (revision.waiting > 0) this.waiting.add(revision);
      return true;
    }
    return false;
  }

  /** There is no memory for an environment of it here; there may be elsewhere. */
  private giveBack(revision: Revision): void {
    for (const invocation of revision.removeWaiting(() => true)) this.refuse(invocation);
  }

  private freeEnvironment(revision: Revision): Environment | null {
    while (revision.idle.length > 0) {
      const environment = revision.idle.pop() as Environment;
      if (environment.available) return environment;
      if (!environment.disposed) environment.drain();
    }
    if (revision.config.concurrency === 1) return null;
    if (activeCount(revision) >= revision.config.maxConcurrency) return null;
    for (const environment of revision.environments) if (environment.available) return environment;
    return null;
  }

  private mayCreate(revision: Revision): boolean {
    return (
      !this.refusing &&
      revision.starting < revision.waiting &&
      revision.environments.size + revision.starting < revision.config.maxConcurrency &&
      (revision.config.concurrency === 1 || activeCount(revision) + revision.starting < revision.config.maxConcurrency)
    );
  }

  private create(revision: Revision, slot: RunningSlot): void {
    revision.starting++;
    this.creating.push(() => void this.coldStart(revision, slot));
    if (this.creating.length === 1) setImmediate(this.createNext);
  }

  private readonly createNext = (): void => {
    this.creating.shift()?.();
    if (this.creating.length > 0) setImmediate(this.createNext);
  };

  private async coldStart(revision: Revision, slot: RunningSlot): Promise<void> {
    // Meanwhile another environment may have taken the event this one was for.
    if (this.closed || revision.waiting === 0) {
      revision.starting--;
      this.slots.end(slot);
      return this.dispatch();
    }
    this.coldStarts++;
    const startedAtMs = performance.now();
    const environment = new Environment(revision, this.isolates.take(revision.config.memoryMb), this, startedAtMs);
    this.environments.add(environment);
    revision.environments.add(environment);
    const result = await environment.load(slot);
    revision.starting--;
    if (result.ok) this.started(environment, slot, result.initUs);
    else {
      this.forget(environment);
      this.slots.end(slot);
      this.initFailed(revision, result);
      this.dispatch();
    }
  }

  private started(environment: Environment, slot: RunningSlot, initUs: number): void {
    const { revision } = environment;
    revision.initFailure = null;
    const batch = environment.disposed ? [] : revision.takeBatch();
    const [first] = batch;
    if (first !== undefined) {
      first.initUs = initUs;
      this.slotOf.set(environment, slot);
      environment.run(batch, slot);
      return this.refillLater();
    }
    this.slots.end(slot);
    this.rest(environment);
    this.dispatch();
  }

  private readonly refill = (): void => {
    this.refilling = false;
    if (this.closed || this.refusing) return;
    if (this.slots.inUse > 0 || this.waiting.size > 0) return this.refillLater();
    this.isolates.refill();
  };

  private refillLater(): void {
    if (this.refilling) return;
    this.refilling = true;
    setTimeout(this.refill, REFILL_AFTER_MS);
  }

  /** Events of a revision whose module does not load get that error for a while instead of loading it again and again. */
  private initFailed(revision: Revision, result: LoadFailure): void {
    revision.initFailure = initFailure(result, revision.config.memoryMb, revision.initFailure, performance.now());
    this.failWaiting(revision);
  }

  private failWaiting(revision: Revision): boolean {
    const failure = revision.initFailure;
    if (failure === null || performance.now() >= failure.untilMs) return false;
    for (const invocation of revision.removeWaiting(() => true))
      this.answerUnstarted(invocation, failure.outcome, failure.payload(invocation));
    return true;
  }

  onResult(
    invocation: Invocation,
    outcome: Outcome,
    text: string | Buffer,
    logs: string,
    figures: ResultFigures,
  ): void {
    this.events.onResult(invocation, outcome, text, logs, figures);
  }

  onNotStarted(environment: Environment, invocations: readonly Invocation[]): void {
    if (this.closed) return invocations.forEach((invocation) => this.refuse(invocation));
    environment.revision.requeue(invocations);
    this.waiting.add(environment.revision);
  }

  onEntryEnd(environment: Environment): void {
    const slot = this.slotOf.get(environment);
    if (slot !== undefined) {
      this.slotOf.delete(environment);
      this.slots.end(slot);
    }
    this.rest(environment);
    this.events.onEntryEnd();
    this.dispatch();
  }

  /** Puts an environment where its state says it belongs. */
  private rest(environment: Environment): void {
    if (environment.disposed) return this.forget(environment);
    if (environment.wantsEntry) this.waking.add(environment);
    if (!isIdle(environment)) return;
    if (environment.revision.unloaded || environment.draining) environment.drain();
    else if (!environment.revision.idle.includes(environment)) environment.revision.idle.push(environment);
  }

  private forget(environment: Environment): void {
    const { revision } = environment;
    revision.environments.delete(environment);
    this.waking.delete(environment);
    const at = revision.idle.indexOf(environment);
    if (at >= 0) revision.idle.splice(at, 1);
    // A thread that has not come back is still watched.
    if (!environment.inFlight) this.environments.delete(environment);
  }

  onWake(environment: Environment): void {
    this.waking.add(environment);
    this.dispatch();
  }

  onStuck(environment: Environment): void {
    this.fault(environment.revision.handle, {
      reason: 'stuck',
      message: 'a thread did not stop when its isolate was disposed',
    });
  }

  onCatastrophe(environment: Environment, message: string): void {
    this.fault(environment.revision.handle, { reason: 'catastrophic', message });
  }

  fault(revisionHandle: number, fault: HostFault): void {
    this.events.onFault(revisionHandle, fault);
    this.close();
  }

  /** Deadlines, long slices, waits that are over. Called every 10 ms while anything goes on; says whether anything does. */
  check(now: number): boolean {
    let freed = false;
    this.lookAtProcessors(now);
    for (const environment of this.environments) {
      environment.check(now, this.processors.nowMs);
      const long = environment.longSlice(now);
      if (long !== null) {
        this.slots.becomeLong(long);
        freed = true;
      }
      if (environment.disposed && !environment.inFlight) this.environments.delete(environment);
    }
    for (const revision of this.waiting) {
      if (revision.startByMs > now) continue;
      for (const invocation of revision.removeWaiting(({ startByMs }) => startByMs <= now))
        this.answerUnstarted(invocation, OUTCOME.waitTimeout, waitTimeoutPayload(invocation.requestId));
    }
    if (freed) this.dispatch();
    return this.active;
  }

  private lookAtProcessors(now: number): void {
    const { lookedAtMs } = this.processors;
    let insideMs = 0;
    for (const environment of this.environments) insideMs += environment.takeInsideMs(now, lookedAtMs);
    this.processors.look(now, insideMs);
  }

  private get active(): boolean {
    if (this.waiting.size > 0 || this.creating.length > 0) return true;
    for (const environment of this.environments) if (!isIdle(environment)) return true;
    return false;
  }

  /** Disposes idle environments that have not been used since then. */
  evictIdleSince(sinceMs: number): void {
    for (const environment of [...this.environments])
      if (isIdle(environment) && environment.idleSinceMs < sinceMs) environment.drain();
  }

  /** Disposes the least recently used idle environments; says how many. */
  evictLeastRecent(count: number): number {
    this.isolates.discard();
    const idle = [...this.environments].filter(isIdle).sort((one, other) => one.idleSinceMs - other.idleSinceMs);
    for (const environment of idle.slice(0, count)) environment.drain();
    return Math.min(count, idle.length);
  }

  private refuse(invocation: Invocation): void {
    this.answerUnstarted(invocation, OUTCOME.notStarted, '');
  }

  private answerUnstarted(invocation: Invocation, outcome: Outcome, text: string): void {
    this.events.onResult(invocation, outcome, text, '', { durationUs: 0, cpuUs: 0, memoryKb: 0 });
  }
}

function isIdle(environment: Environment): boolean {
  return !environment.disposed && !environment.inFlight && environment.open.size === 0;
}

/** Invocations of a revision that have started and not ended. */
function activeCount(revision: Revision): number {
  let count = 0;
  for (const environment of revision.environments) count += environment.open.size;
  return count;
}
