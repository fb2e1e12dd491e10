import { LIMITS, OUTCOME, type Outcome } from '@sluice/contracts/invocation';
import { ENTRY, POST, type Loaded } from '../isolate-protocol';
import { Entry } from './entry';
import { type EnvironmentEvents, type LoadResult } from './environment-events';
import { cpuTimeoutPayload, exitedPayload, outOfMemoryPayload, timeoutPayload } from './error-payloads';
import { type GuestIsolate, type GuestOwner } from './isolate';
import { joinLogs, rejectionRecord } from './log-text';
import { OpenInvocations } from './open-invocations';
import { type Invocation, type Revision } from './revision';
import { LONG_SLICE_MS, type RunningSlot } from './running-slots';
import { WakeUp } from './wake-up';

/**
 * A thread that has run so long after its isolate was disposed, and has not come back, never will: V8's stop checks end all that
 * is JavaScript, microtasks included. Counted in the processor time it can have had (`ProcessorClock`), not in time alone: 17,000
 * loops were disposed and every one stopped, but with 8 busy processes beside the host on 2 processors 72 of 1,500 took longer
 * than this (up to 460 ms), and none of those had run for more than 7 ms.
 */
const STUCK_MS = 150;
/** What runs on when everything is answered is stopped after so long. */
const AFTER_ANSWER_MS = 250;
/** An entry that lasts is looked into after so long, and after twice as long each time; then at every look at deadlines. */
const FIRST_LOOK_MS = 1;
const LAST_LOOK_MS = 8;
const HEAP_SAMPLE_MS = 100;
const HEAP_RETIRE_SHARE = 0.8;
const AGE_MS_MAX = 60 * 60 * 1_000;
const EVENT_ARGUMENTS = 4;

/**
 * One execution environment: an isolate that runs one revision.
 * `starting → idle ⇄ busy → draining → disposed`; busy = an entry is in flight or unfinished invocations wait for a timer.
 * What became of an invocation is decided from what the host knows, never from an error the isolate reports.
 */
export class Environment implements GuestOwner {
  /** Started and not answered. */
  readonly open = new OpenInvocations();
  entry: Entry | null = null;
  /** Takes no new invocation; disposed as soon as nothing is open. */
  draining = false;
  disposed = false;
  idleSinceMs = 0;
  memoryKb = 0;
  private disposedAtMs = 0;
  /** What the processor clock said when its thread was first seen not to have come back. */
  private stoppingFromMs: number | null = null;
  /** How long threads were in the isolate that have left it since the last look. */
  private leftAfterMs = 0;
  private stuck = false;
  private loading: { startedAtMs: number; settle: (result: LoadResult) => void; slot: RunningSlot } | null = null;
  private loaded: Loaded | null = null;
  private readonly loadLogs: string[] = [];
  private readonly wakeUp = new WakeUp(() => {
    if (this.open.size > 0 && !this.inFlight) this.events.onWake(this);
  });
  private heapSampledAtMs = 0;
  private lookTimer: NodeJS.Timeout | null = null;

  constructor(
    readonly revision: Revision,
    private readonly guest: GuestIsolate,
    private readonly events: EnvironmentEvents,
    /** When its making began, the isolate's included. */
    private readonly createdAtMs = performance.now(),
  ) {}

  /** Loads the revision. Never rejects; ends within the init timeout, or when the environment is disposed. */
  load(slot: RunningSlot, makeCodeCache = false): Promise<LoadResult> {
    return new Promise((resolve) => {
      const settle = (result: LoadResult): void => {
        if (this.loading === null) return;
        this.loading = null;
        resolve(result);
      };
      this.loading = { startedAtMs: performance.now(), settle, slot };
      void this.runTopLevel(makeCodeCache).then(settle);
    });
  }

  /** The code cache of its bundle, if `load` was asked to make one. */
  get codeCache(): Uint8Array | null {
    return this.guest.codeCache;
  }

  private async runTopLevel(makeCodeCache: boolean): Promise<LoadResult> {
    const { config, code, codeCache } = this.revision;
    let topLevelAtMs = 0;
    try {
      const wrapper = await this.guest.compile({ code, codeCache, makeCodeCache }, this);
      topLevelAtMs = performance.now();
      await this.guest.load(wrapper, config);
    } catch (error) {
      // A rejection nobody handled while loading ends here too; then `loaded` is known and stands.
      if (this.loaded === null && !this.guest.isolate.isDisposed) {
        const message = error instanceof Error ? error.message : String(error);
        this.loaded = { kind: 'error', errorType: 'Runtime.UserCodeSyntaxError', errorMessage: message, stack: '' };
      }
    }
    if (this.disposed) return { ok: false, reason: 'timeout' };
    if (this.guest.isolate.isDisposed || this.loaded === null) {
      this.disposed = true;
      return { ok: false, reason: 'memory' };
    }
    if (this.loaded.kind !== 'lambda') {
      const loaded = this.loaded;
      this.dispose();
      return { ok: false, reason: 'module', loaded };
    }
    const now = performance.now();
    this.sampleHeap(now);
    return { ok: true, initUs: toUs(now - this.createdAtMs), topLevelUs: toUs(now - topLevelAtMs) };
  }

  /** A thread is in the isolate, or was and has not come back. */
  get inFlight(): boolean {
    return this.entry !== null || this.loading !== null;
  }

  /** For how much of the time since the last look a thread has been in the isolate. */
  takeInsideMs(now: number, lastLookAtMs: number): number {
    const since = this.entry ?? this.loading;
    const insideMs = this.leftAfterMs + (since === null ? 0 : now - since.startedAtMs);
    this.leftAfterMs = 0;
    return Math.min(insideMs, now - lastLookAtMs);
  }

  private get answersByCallback(): boolean {
    return this.loaded?.kind === 'lambda' && this.loaded.callback;
  }

  /** Whether one more invocation may be started in it now. */
  get available(): boolean {
    return (
      this.entry === null &&
      this.loading === null &&
      !this.draining &&
      !this.disposed &&
      this.open.size < this.revision.config.concurrency &&
      !this.guest.isolate.isDisposed
    );
  }

  /** Starts the first of these; the others follow in the same call, unless one has to wait for something. */
  run(list: readonly Invocation[], slot: RunningSlot): void {
    const args: (number | string)[] = new Array(1 + list.length * EVENT_ARGUMENTS) as (number | string)[];
    let at = 0;
    args[at++] = ENTRY.run;
    for (const invocation of list) {
      args[at++] = invocation.id;
      args[at++] = invocation.requestId;
      args[at++] = invocation.timeoutMs;
      args[at++] = invocation.event;
    }
    const first = list[0] as Invocation;
    if (this.loadLogs.length > 0) first.logs = this.loadLogs.splice(0).join(',');
    this.begin('run', list, null, slot, args);
    this.start(first, performance.now());
  }

  /** Enters for what is due: timers first, then invocations nothing can wake any more. */
  wake(slot: RunningSlot): void {
    const { kind, invocationId } = this.wakeUp.take();
    const owner = this.open.get(invocationId) ?? this.open.oldest;
    this.begin(kind, [], owner, slot, [ENTRY[kind], invocationId]);
  }

  get wantsEntry(): boolean {
    return !this.disposed && this.open.size > 0 && this.wakeUp.wanted;
  }

  private begin(
    kind: Entry['kind'],
    list: readonly Invocation[],
    owner: Invocation | null,
    slot: RunningSlot,
    args: readonly unknown[],
  ): void {
    const entry = new Entry(kind, slot, list, owner, performance.now(), this.guest.runningUs);
    this.entry = entry;
    this.lookAfter(FIRST_LOOK_MS);
    this.guest.apply(args).then(
      () => this.entryEnded(entry, null),
      (error: unknown) => this.entryEnded(entry, error),
    );
  }

  private start(invocation: Invocation, now: number): void {
    invocation.startedAtMs = now;
    this.open.add(invocation);
  }

  /** The invocation whose code runs now, unless it is answered. */
  private current(entry: Entry): Invocation | undefined {
    const { current } = entry;
    return current === null ? undefined : this.open.get(current.id);
  }

  onPost(op: unknown, id: unknown, text: unknown, more: unknown): void {
    this.readOutbox();
    if (typeof op !== 'number' || typeof id !== 'number') return this.breach();
    if (op < POST.timer) {
      if (typeof text !== 'string') return this.breach();
      return this.answered(
        op as Outcome,
        id,
        text,
        typeof more === 'string' ? more : '',
        performance.now(),
        this.guest.runningUs,
      );
    }
    switch (op) {
      case POST.timer:
        return typeof text === 'number' ? this.setTimer(id, text) : this.breach();
      case POST.log:
        return typeof text === 'string' ? this.addLogs(id, text) : this.breach();
      case POST.loaded:
        if (typeof text !== 'string') return this.breach();
        this.loaded = JSON.parse(text) as Loaded;
        if (typeof more === 'string') this.loadLogs.push(more);
        return;
      default:
        return this.breach();
    }
  }

  /**
   * Takes what the guest has laid down in its outbox. When the last of several results came is known to a millisecond: the time up to
   * then is shared out evenly among them, and so is their part of the running time.
   */
  private readOutbox(): void {
    const { entry } = this;
    const records = entry === null ? [] : this.guest.readOutbox();
    if (entry === null || records.length === 0) return;
    const results = records.filter(({ op }) => op < POST.timer);
    const { lastAnswerAtMs, cpuMarkUs } = entry;
    const passedMs = performance.now() - lastAnswerAtMs;
    const sinceMs = Math.max(0, passedMs - wholeMsSince(results.at(-1)?.writtenAt ?? 0));
    const usedUs = passedMs > 0 ? (this.guest.runningUs - cpuMarkUs) * (sinceMs / passedMs) : 0;
    let read = 0;
    for (const { op, id, text, more } of records) {
      if (op === POST.log) this.addLogs(id, text.toString());
      else if (op >= POST.timer) return this.breach();
      else {
        const share = ++read / results.length;
        this.answered(op as Outcome, id, text, more, lastAnswerAtMs + sinceMs * share, cpuMarkUs + usedUs * share);
      }
    }
  }

  private lookAfter(ms: number): void {
    this.lookTimer = setTimeout(() => {
      this.readOutbox();
      if (this.entry !== null && ms < LAST_LOOK_MS) this.lookAfter(ms * 2);
    }, ms);
  }

  /** A result came. In a list it also says that the next event has begun. */
  private answered(
    outcome: Outcome,
    id: number,
    text: string | Buffer,
    logs: string,
    atMs: number,
    runningUs: number,
  ): void {
    const { entry } = this;
    const invocation = this.open.get(id);
    if (entry !== null) {
      entry.charge(runningUs, invocation);
      entry.lastAnswerAtMs = atMs;
    }
    if (invocation !== undefined) this.answer(invocation, outcome, text, logs, atMs);
    const next = entry?.advance(id) ?? null;
    if (next !== null) this.start(next, atMs);
  }

  private answer(invocation: Invocation, outcome: Outcome, text: string | Buffer, logs: string, now: number): void {
    if (!this.open.delete(invocation)) return;
    const durationUs = toUs(now - invocation.startedAtMs);
    this.revision.recordDuration(durationUs);
    this.events.onResult(invocation, outcome, text, joinLogs(invocation.logs, logs), {
      durationUs,
      cpuUs: Math.min(Math.round(invocation.cpuUs), durationUs),
      memoryKb: this.memoryKb,
    });
  }

  private addLogs(id: number, lines: string): void {
    if (id === 0) this.loadLogs.push(lines);
    const invocation = this.open.get(id);
    if (invocation !== undefined) invocation.logs = joinLogs(invocation.logs, lines);
  }

  private setTimer(ownerId: number, delayMs: number): void {
    if (!this.disposed) this.wakeUp.set(ownerId, delayMs);
  }

  /** The isolate's thread is free again. Posts arrive before this, so the list's position is final. */
  private entryEnded(entry: Entry, error: unknown): void {
    if (this.entry !== entry) return;
    if (this.lookTimer !== null) clearTimeout(this.lookTimer);
    this.readOutbox();
    const now = performance.now();
    const current = this.current(entry);
    entry.charge(this.guest.runningUs, current);
    this.entry = null;
    this.leftAfterMs += now - entry.startedAtMs;
    if (!this.disposed && this.guest.isolate.isDisposed) this.outOfMemory(current, now);
    else if (!this.disposed && error !== null) this.unhandledRejection(current, error);
    this.handBack(entry, now);
    if (!this.disposed) this.settleDown(entry, now);
    this.events.onEntryEnd(this);
  }

  /** What of a list has not started belongs to the pool again. In a dead environment what had started is lost. */
  private handBack(entry: Entry, now: number): void {
    const { notStarted } = entry;
    if (this.disposed) this.answerExited(now);
    if (notStarted.length > 0) this.events.onNotStarted(this, notStarted);
  }

  private answerExited(now: number): void {
    for (const invocation of this.open.all())
      this.answer(invocation, OUTCOME.exited, exitedPayload(invocation.requestId), '', now);
  }

  private settleDown(entry: Entry, now: number): void {
    if (now - this.createdAtMs > AGE_MS_MAX) this.draining = true;
    if (this.open.size === 0) {
      this.wakeUp.clear();
      this.idleSinceMs = now;
      if (this.draining) return this.dispose();
    } else if (entry.kind !== 'idle' && this.answersByCallback && !this.wakeUp.armed) {
      this.wakeUp.tellIdle(this.open.all().map(({ id }) => id));
    }
    if (now - this.heapSampledAtMs >= HEAP_SAMPLE_MS) this.sampleHeap(now);
  }

  private sampleHeap(now: number): void {
    this.heapSampledAtMs = now;
    this.guest.usedKb().then(
      (usedKb) => {
        this.memoryKb = usedKb;
        if (usedKb > this.revision.config.memoryMb * 1_024 * HEAP_RETIRE_SHARE) this.drain();
      },
      () => undefined,
    );
  }

  /** The process is out of memory and this is the only one it can be: its invocations are answered before the end. */
  giveUp(): void {
    this.readOutbox();
    const now = performance.now();
    for (const invocation of this.open.all()) {
      const payload = outOfMemoryPayload(invocation.requestId, this.revision.config.memoryMb);
      this.answer(invocation, OUTCOME.outOfMemory, payload, '', now);
    }
    this.dispose();
  }

  private unhandledRejection(invocation: Invocation | undefined, error: unknown): void {
    this.draining = true;
    if (invocation === undefined) return;
    invocation.logs = joinLogs(invocation.logs, rejectionRecord(error, Date.now()));
  }

  private outOfMemory(current: Invocation | undefined, now: number): void {
    this.disposed = true;
    this.disposedAtMs = now;
    this.wakeUp.clear();
    if (current !== undefined) {
      const payload = outOfMemoryPayload(current.requestId, this.revision.config.memoryMb);
      this.answer(current, OUTCOME.outOfMemory, payload, '', now);
    }
    this.answerExited(now);
  }

  /** V8 gave the isolate up: its thread is parked for ever, its memory stays. */
  onCatastrophe(message: string): void {
    this.readOutbox();
    const now = performance.now();
    const { entry, loading } = this;
    const wasDisposed = this.disposed;
    this.entry = null;
    if (entry !== null) {
      if (!wasDisposed) this.outOfMemory(this.current(entry), now);
      this.handBack(entry, now);
    }
    this.disposed = true;
    this.wakeUp.clear();
    loading?.settle({ ok: false, reason: 'catastrophic' });
    this.events.onCatastrophe(this, message);
    if (entry !== null) this.events.onEntryEnd(this);
  }

  private breach(): void {
    if (this.disposed) return;
    this.dispose();
    this.answerExited(performance.now());
    if (!this.inFlight) this.events.onEntryEnd(this);
  }

  /** Called by the deadline watch every 10 ms or so, with what the processor clock says. */
  check(now: number, clockMs: number): void {
    this.readOutbox();
    if (this.disposed) return this.checkStopped(now, clockMs);
    if (this.loading !== null) {
      if (now - this.loading.startedAtMs > LIMITS.initTimeoutMs) this.dispose();
      return;
    }
    const { entry } = this;
    const current = entry === null ? undefined : this.current(entry);
    for (const invocation of this.open.all()) {
      if (now - invocation.startedAtMs >= invocation.timeoutMs) this.timeOut(invocation, invocation === current, now);
      if (this.disposed) return;
    }
    if (entry === null) return;
    if (current === undefined) {
      // Everything is answered and code still runs. On AWS it would be frozen at once.
      if (now - entry.lastAnswerAtMs >= AFTER_ANSWER_MS) this.dispose();
    } else if (current.cpuUs + entry.usedUs(this.guest.runningUs, clockMs) > this.revision.config.cpuMs * 1_000) {
      const payload = cpuTimeoutPayload(current.requestId, this.revision.config.cpuMs);
      this.end(current, OUTCOME.cpuTimeout, payload, now);
    }
  }

  private timeOut(invocation: Invocation, running: boolean, now: number): void {
    const payload = timeoutPayload(invocation.requestId, invocation.timeoutMs);
    if (running || this.open.size === 1) return this.end(invocation, OUTCOME.timeout, payload, now);
    // Others wait beside it and did nothing wrong: they may finish, nothing new comes in.
    this.draining = true;
    this.answer(invocation, OUTCOME.timeout, payload, '', now);
  }

  /** Answers one invocation and stops the isolate. What waited beside it is lost with it; what had not started is handed back. */
  private end(invocation: Invocation, outcome: Outcome, payload: string, now: number): void {
    const { entry } = this;
    entry?.charge(this.guest.runningUs, this.current(entry));
    this.answer(invocation, outcome, payload, '', now);
    this.dispose();
    this.answerExited(now);
    if (entry === null) this.events.onEntryEnd(this);
  }

  private checkStopped(now: number, clockMs: number): void {
    if (this.stuck || !this.inFlight) return;
    this.stoppingFromMs ??= clockMs;
    if (now - this.disposedAtMs < STUCK_MS || clockMs - this.stoppingFromMs < STUCK_MS) return;
    this.stuck = true;
    const { entry } = this;
    this.entry = null;
    if (entry !== null) this.handBack(entry, now);
    this.loading?.settle({ ok: false, reason: 'timeout' });
    this.events.onStuck(this);
    if (entry !== null) this.events.onEntryEnd(this);
  }

  /** No new work; ends when what is open is done. */
  drain(): void {
    this.draining = true;
    if (this.open.size === 0 && !this.inFlight && !this.disposed) {
      this.dispose();
      this.events.onEntryEnd(this);
    }
  }

  /** Stops the isolate. What of its list has not started is handed back once its thread has come back, or is given up. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.draining = true;
    this.disposedAtMs = performance.now();
    this.wakeUp.clear();
    this.guest.dispose();
  }

  /** A slice that became long gives its place to others; returns its slot once. */
  longSlice(now: number): RunningSlot | null {
    const slot = this.entry?.slot ?? this.loading?.slot;
    const since = this.entry?.startedAtMs ?? this.loading?.startedAtMs ?? now;
    return slot !== undefined && slot.holdsPlace && now - since > LONG_SLICE_MS ? slot : null;
  }
}

/** Milliseconds that have certainly passed since then, by a clock that counts whole ones; 0 where it was set meanwhile. */
function wholeMsSince(epochMsLow: number): number {
  return Math.max(0, ((Date.now() - epochMsLow) | 0) - 1);
}

function toUs(ms: number): number {
  return Math.max(0, Math.round(ms * 1_000));
}
