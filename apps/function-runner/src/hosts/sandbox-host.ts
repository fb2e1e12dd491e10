import { readFileSync } from 'node:fs';
import { OUTCOME, type Outcome } from '@sluice/contracts';
import { FrameSlots } from '@sluice/framing';
import { type HostCommand, type HostFault, type ProbeResult, type ReceivedResult } from '@sluice/sandbox';
import { type RunnableRevision } from '../revisions/runnable-revision';
import { type HostDeath } from './blame';
import { type Execution } from './execution';
import { type FunctionProfile } from './function-profile';
import { HostProcess, type HostExit, type HostListener } from './host-process';

/** `leaving`: it failed or is too old; it takes nothing new and is killed when it is empty or its grace is over. */
export type HostRole = 'starting' | 'spare' | 'shared' | 'solo' | 'leaving';

export interface SandboxHostListener {
  hostReady(host: SandboxHost): void;
  /** The host answered an execution; it is not its execution any more. */
  settled(host: SandboxHost, execution: Execution, result: ReceivedResult): void;
  probed(host: SandboxHost, probeId: number, result: ProbeResult, codeCache: Buffer): void;
  /** The host says that it must be replaced. */
  faulted(host: SandboxHost, fault: HostFault, functionName: string | null): void;
  /** Executions past their last deadline: the host failed to end them. */
  overdue(host: SandboxHost, executions: readonly Execution[]): void;
  exited(host: SandboxHost, exit: HostExit): void;
}

export interface SandboxHostOptions {
  readonly id: number;
  readonly command: HostCommand;
  readonly rssMb: number;
  /** Monotonic. */
  readonly nowMs: () => number;
}

interface LoadedInHost {
  readonly revision: RunnableRevision;
  readonly bytes: number;
  inFlight: number;
  usedAtMs: number;
}

const REFUSAL_MS = 100;
const LOADED_REVISIONS_MAX = 400;
const LOADED_BYTES_MAX = 128 * 1024 * 1024;
const SUPERSEDED_IDLE_MS = 30_000;
const PAGE_BYTES = 4_096;
/** The host itself acts at 70, 85 and 100 %; past this it did not get to it. */
const RSS_KILL_RATIO = 1.15;
const GROWTH_BLAMED_RATIO = 0.25;
/** Below this share of its budget nobody but an operator has a reason to kill it. */
const RSS_SUSPICIOUS_RATIO = 0.7;

/** A host with what the supervisor gave it: executions in flight, revisions loaded, load, memory over time. */
export class SandboxHost implements HostListener {
  readonly id: number;
  readonly rssMaxMb: number;
  readonly process: HostProcess;
  readonly inFlight = new FrameSlots<Execution>();
  readonly probing = new Map<number, FunctionProfile>();
  role: HostRole = 'starting';
  /** Estimated running time of everything in flight. */
  loadMs = 0;
  /** The only function that lives here, in a solo host. */
  sole: FunctionProfile | null = null;
  /** When a leaving host is killed at the latest. */
  leaveByMs = Infinity;
  /** Its failure is judged: its exit accuses nobody again. */
  judged = false;
  rssMb = 0;
  private readonly loaded = new Map<number, LoadedInHost>();
  private loadedBytes = 0;
  private refusesUntilMs = 0;
  /** Who ran since the last look at the memory: nobody, one function, or several. */
  private ranLately: FunctionProfile | 'several' | null = null;
  private grower: FunctionProfile | null = null;
  private grownMb = 0;
  private readonly nowMs: () => number;

  constructor(
    { id, command, rssMb, nowMs }: SandboxHostOptions,
    private readonly listener: SandboxHostListener,
  ) {
    this.id = id;
    this.nowMs = nowMs;
    this.rssMaxMb = rssMb;
    this.process = new HostProcess(command, this, nowMs);
  }

  /** It can be given executions. */
  takes(nowMs: number): boolean {
    return this.role !== 'leaving' && nowMs >= this.refusesUntilMs && this.process.ready !== null && this.process.alive;
  }

  get empty(): boolean {
    return this.inFlight.size === 0 && this.probing.size === 0;
  }

  send(execution: Execution, nowMs: number): void {
    const { revision, invocation } = execution;
    const loaded = this.loaded.get(revision.handle) ?? this.load(revision);
    loaded.inFlight++;
    loaded.usedAtMs = nowMs;
    const id = this.inFlight.nextId();
    const { profile } = revision;
    this.inFlight.set(id, execution);
    execution.sent(this, id, profile.sliceMs);
    this.loadMs += profile.sliceMs;
    this.noteRunning(profile);
    this.process.invoke(id, {
      revisionHandle: revision.handle,
      timeoutMs: invocation.timeoutMs,
      waitMs: Math.max(0, Math.ceil(execution.startByMs - nowMs)),
      requestId: invocation.requestId,
      event: invocation.event,
    });
  }

  cancel(execution: Execution): void {
    this.process.cancel(execution.hostInvocationId);
  }

  probe(probeId: number, revision: RunnableRevision): void {
    this.probing.set(probeId, revision.profile);
    this.noteRunning(revision.profile);
    this.process.probe(probeId, revision.hostRevision, revision.loaded.code);
  }

  unload(handle: number): void {
    const loaded = this.loaded.get(handle);
    if (loaded === undefined || loaded.inFlight > 0) return;
    this.loaded.delete(handle);
    this.loadedBytes -= loaded.bytes;
    this.process.unloadRevision(handle);
  }

  unloadAll(): void {
    for (const handle of [...this.loaded.keys()]) this.unload(handle);
  }

  /** From now on it takes nothing new. It is killed when it is empty, at the latest after the grace. */
  leave(nowMs: number, graceMs: number): void {
    if (this.role !== 'leaving') {
      this.role = 'leaving';
      this.process.drain();
    }
    this.leaveByMs = Math.min(this.leaveByMs, nowMs + graceMs);
  }

  /** Everything that was in the host, which is gone. */
  takeAll(): Execution[] {
    const executions = this.inFlight.values();
    this.inFlight.clear();
    this.loadMs = 0;
    for (const execution of executions) execution.host = null;
    return executions;
  }

  /** The revisions that have invocations in it. */
  get executing(): Set<RunnableRevision> {
    return new Set(this.inFlight.values().map(({ revision }) => revision));
  }

  /** The facts for `judge`. */
  death(fault: HostDeath['fault'], onlyRunaway: string | null, exit: HostExit | null): HostDeath {
    const executing = new Set([...this.executing].map(({ profile }) => profile.name));
    for (const { name } of this.probing.values()) executing.add(name);
    const grewWhileAlone = this.grownMb > this.rssMaxMb * GROWTH_BLAMED_RATIO ? (this.grower?.name ?? null) : null;
    return {
      fault,
      soleFunction: this.sole?.name ?? null,
      grewWhileAlone,
      onlyRunaway,
      executing,
      killedFromOutside:
        exit?.signal === 'SIGKILL' && exit.killedFor === null && this.rssMb < this.rssMaxMb * RSS_SUSPICIOUS_RATIO,
    };
  }

  /** A few times a second: pings, memory, deadlines. */
  tick(nowMs: number): void {
    this.process.tick(nowMs);
    if (!this.process.alive) return;
    if (this.role === 'leaving') {
      if (this.empty || nowMs >= this.leaveByMs) this.process.kill('replaced');
      return;
    }
    if (this.role === 'starting') return;
    this.watchMemory();
    let overdue: Execution[] | null = null;
    for (const execution of this.inFlight.values()) {
      this.noteRunning(execution.revision.profile);
      if (nowMs > execution.overdueAtMs) (overdue ??= []).push(execution);
    }
    for (const profile of this.probing.values()) this.noteRunning(profile);
    if (overdue !== null) this.listener.overdue(this, overdue);
  }

  /** Every few seconds: revisions that a newer one of their function has replaced are let go. */
  sweep(nowMs: number): void {
    const newest = new Map<string, number>();
    for (const { revision } of this.loaded.values()) {
      const { name } = revision.profile;
      newest.set(name, Math.max(newest.get(name) ?? 0, revision.hostRevision.version));
    }
    for (const [handle, { revision, usedAtMs }] of this.loaded) {
      const superseded = revision.hostRevision.version < (newest.get(revision.profile.name) ?? 0);
      if (superseded && nowMs - usedAtMs > SUPERSEDED_IDLE_MS) this.unload(handle);
    }
  }

  ready(): void {
    this.listener.hostReady(this);
  }

  result(invocationId: number, result: ReceivedResult): void {
    const execution = this.inFlight.get(invocationId);
    if (execution === undefined) return; // it was answered here already, as overdue
    this.release(invocationId, execution);
    if (result.head.outcome === OUTCOME.notStarted) this.refusesUntilMs = this.nowMs() + REFUSAL_MS;
    else if (ran(result.head.outcome)) execution.revision.profile.observeSlice(result.head.cpuUs);
    this.listener.settled(this, execution, result);
  }

  probed(probeId: number, result: ProbeResult, codeCache: Buffer): void {
    if (this.probing.delete(probeId)) this.listener.probed(this, probeId, result, codeCache);
  }

  fault(revisionHandle: number, fault: HostFault): void {
    const profile = this.loaded.get(revisionHandle)?.revision.profile ?? this.probing.get(revisionHandle);
    this.listener.faulted(this, fault, profile?.name ?? null);
  }

  exited(exit: HostExit): void {
    this.listener.exited(this, exit);
  }

  /** Forgets an execution that is answered without the host. */
  abandon(execution: Execution): void {
    this.release(execution.hostInvocationId, execution);
  }

  private release(invocationId: number, execution: Execution): void {
    this.inFlight.delete(invocationId);
    this.loadMs = this.inFlight.size === 0 ? 0 : this.loadMs - execution.chargedMs;
    execution.host = null;
    const loaded = this.loaded.get(execution.revision.handle);
    if (loaded !== undefined) loaded.inFlight--;
  }

  private load(revision: RunnableRevision): LoadedInHost {
    const { bytes, codeCache, handle, hostRevision } = revision;
    while (this.loaded.size >= LOADED_REVISIONS_MAX || this.loadedBytes + bytes > LOADED_BYTES_MAX) {
      if (!this.unloadLeastRecentlyUsed()) break;
    }
    const loaded: LoadedInHost = { revision, bytes, inFlight: 0, usedAtMs: 0 };
    this.loaded.set(handle, loaded);
    this.loadedBytes += bytes;
    const usable = codeCache !== null && codeCache.hostKey === this.process.ready?.codeCacheKey;
    this.process.loadRevision(handle, hostRevision, revision.loaded.code, usable ? codeCache.bytes : null);
    return loaded;
  }

  private unloadLeastRecentlyUsed(): boolean {
    let oldest: LoadedInHost | null = null;
    for (const loaded of this.loaded.values()) {
      if (loaded.inFlight === 0 && (oldest === null || loaded.usedAtMs < oldest.usedAtMs)) oldest = loaded;
    }
    if (oldest === null) return false;
    this.unload(oldest.revision.handle);
    return true;
  }

  private noteRunning(profile: FunctionProfile): void {
    if (this.ranLately === null) this.ranLately = profile;
    else if (this.ranLately !== profile) this.ranLately = 'several';
  }

  /** Growth is held against a function only while it ran alone from one look to the next. */
  private watchMemory(): void {
    const rssMb = residentMb(this.process.pid);
    if (rssMb === null) return;
    const grewMb = this.rssMb === 0 ? 0 : rssMb - this.rssMb;
    this.rssMb = rssMb;
    if (this.ranLately === 'several' || this.ranLately === null) {
      this.grower = null;
      this.grownMb = 0;
    } else if (this.ranLately === this.grower) {
      this.grownMb = Math.max(0, this.grownMb + grewMb);
    } else {
      this.grower = this.ranLately;
      this.grownMb = Math.max(0, grewMb);
    }
    this.ranLately = null;
    if (rssMb > this.rssMaxMb * RSS_KILL_RATIO) this.process.kill('memory');
  }
}

/** Outcomes that say something about how long an event of the function computes. */
function ran(outcome: Outcome): boolean {
  return outcome <= OUTCOME.responseMalformed;
}

/** Linux only; elsewhere the host's own watch has to do. */
function residentMb(pid: number | undefined): number | null {
  if (pid === undefined || process.platform !== 'linux') return null;
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]);
    return (pages * PAGE_BYTES) / (1024 * 1024);
  } catch {
    return null; // it has just ended; its exit is on the way
  }
}
