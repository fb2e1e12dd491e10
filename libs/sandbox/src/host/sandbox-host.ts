import { setPriority } from 'node:os';
import { type Duplex } from 'node:stream';
import { LIMITS, OUTCOME, type Outcome } from '@sluice/contracts/invocation';
import { FrameReader, FrameSlots, FrameWriter, PayloadReader } from '@sluice/framing';
import ivm from 'isolated-vm';
import {
  CHANNEL_FRAME_BYTES_MAX,
  FROM_HOST,
  TO_HOST,
  type HostFault,
  type HostOptions,
  type HostReady,
  type HostRevision,
  type HostStatus,
} from '../channel';
import { DeadlineWatch } from './deadline-watch';
import { EnvironmentPool } from './environment-pool';
import { type ResultFigures } from './environment-events';
import { errorPayload } from './error-payloads';
import { wrapBundle } from './isolate';
import { MemoryWatch } from './memory-watch';
import { probeRevision } from './probe';
import { Revision, type Invocation } from './revision';
import { runSelfTest } from './self-test';
import { readGuestImage, type GuestImage } from './snapshot';

/** Guests yield to the gateway, the runner and Redis when the processors are busy. */
const NICENESS = 5;
/** A result waits so long for the rest of its list. */
const RESULT_HOLD_MS = 1;

/** One sandbox host: the channel on one side, environments on the other. */
export class SandboxHost {
  private readonly writer: FrameWriter;
  private readonly image: GuestImage;
  private readonly pool: EnvironmentPool;
  private readonly deadlines: DeadlineWatch;
  private readonly memory: MemoryWatch;
  private readonly revisions = new Map<number, Revision>();
  /** Which revision a waiting or running invocation is of. */
  private readonly invocations = new FrameSlots<Invocation>();
  private resultTimer: NodeJS.Timeout | null = null;
  private faulted = false;

  constructor(
    private readonly channel: Duplex,
    private readonly options: HostOptions,
  ) {
    this.writer = new FrameWriter(channel);
    this.image = readGuestImage(options.snapshot);
    this.deadlines = new DeadlineWatch((now) => this.pool.check(now));
    this.pool = new EnvironmentPool(
      this.image,
      options.runningSlots,
      { onResult: this.sendResult, onEntryEnd: this.resultsComplete, onFault: this.sendFault },
      () => this.deadlines.wake(),
    );
    this.memory = new MemoryWatch(this.pool, options.rssMb, options.idleMs, this.memoryExceeded);
  }

  /** Runs the self-test, then answers frames until the channel closes. */
  async start(): Promise<void> {
    const startedAtMs = performance.now();
    setPriority(NICENESS);
    await runSelfTest(this.image);
    const reader = new FrameReader(this.onFrame, CHANNEL_FRAME_BYTES_MAX);
    this.channel.on('data', (chunk: Buffer) => {
      reader.push(chunk);
      this.pool.dispatch();
    });
    this.memory.start();
    const ready: HostReady = {
      pid: process.pid,
      codeCacheKey: this.image.codeCacheKey,
      startMs: Math.round(performance.now() - startedAtMs),
    };
    this.send(FROM_HOST.ready, 0, ready);
  }

  private readonly onFrame = (kind: number, id: number, payload: Buffer): void => {
    switch (kind) {
      case TO_HOST.invoke:
        return this.invoke(id, payload);
      case TO_HOST.loadRevision:
        return void this.revisions.set(id, readRevision(id, payload));
      case TO_HOST.unloadRevision: {
        const revision = this.revisions.get(id);
        this.revisions.delete(id);
        return revision === undefined ? undefined : this.pool.unload(revision);
      }
      case TO_HOST.cancel: {
        const invocation = this.invocations.get(id);
        return invocation === undefined ? undefined : this.pool.cancel(invocation.revision, id);
      }
      case TO_HOST.probe:
        return void this.probe(id, readRevision(id, payload));
      case TO_HOST.ping:
        return this.send(FROM_HOST.pong, id, this.status());
      case TO_HOST.drain:
        return this.pool.close();
      default:
      // A kind of a later protocol: the supervisor learns from `ready` what this host can do.
    }
  };

  private invoke(id: number, payload: Buffer): void {
    const reader = new PayloadReader(payload);
    const revision = this.revisions.get(reader.u32());
    const timeoutMs = reader.u32();
    const startByMs = performance.now() + reader.u32();
    const requestId = reader.text();
    if (revision === undefined)
      return this.writeResult(id, OUTCOME.revisionMissing, 0, 0, 0, 0, revisionMissingPayload, '');
    const invocation: Invocation = {
      id,
      revision,
      requestId,
      timeoutMs,
      startByMs,
      event: reader.rest().toString('utf8'),
      startedAtMs: 0,
      cpuUs: 0,
      initUs: 0,
      logs: '',
    };
    this.invocations.set(id, invocation);
    this.pool.enqueue(invocation);
  }

  private readonly sendResult = (
    invocation: Invocation,
    outcome: Outcome,
    text: string | Buffer,
    logs: string,
    figures: ResultFigures,
  ): void => {
    this.invocations.delete(invocation.id);
    const { durationUs, cpuUs, memoryKb } = figures;
    this.writeResult(invocation.id, outcome, durationUs, cpuUs, invocation.initUs, memoryKb, text, logs);
  };

  private writeResult(
    id: number,
    outcome: Outcome,
    durationUs: number,
    cpuUs: number,
    initUs: number,
    memoryKb: number,
    text: string | Buffer,
    logs: string,
  ): void {
    this.writer
      .begin(FROM_HOST.result, id)
      .u8(outcome)
      .u32(Math.min(durationUs, 0xffff_ffff))
      .u32(Math.min(cpuUs, 0xffff_ffff))
      .u32(initUs)
      .u32(memoryKb);
    if (typeof text === 'string') this.writer.text(text);
    else this.writer.block(text);
    this.writer.rest(logs).endHeld();
    // The other results of its list are microseconds away: one write for all of them costs the supervisor one wake-up.
    this.resultTimer ??= setTimeout(this.resultsComplete, RESULT_HOLD_MS);
  }

  private readonly resultsComplete = (): void => {
    if (this.resultTimer !== null) clearTimeout(this.resultTimer);
    this.resultTimer = null;
    this.writer.flushSoon();
  };

  private async probe(id: number, revision: Revision): Promise<void> {
    const { result, codeCache } = await probeRevision(
      revision,
      this.image,
      (environment) => {
        this.pool.environments.add(environment);
        this.deadlines.wake();
      },
      this.pool,
    );
    this.writer.begin(FROM_HOST.probed, id).text(JSON.stringify(result)).bytes(codeCache).end();
  }

  private status(): HostStatus {
    return {
      environments: this.pool.environments.size,
      idleEnvironments: this.pool.idleCount,
      waiting: this.pool.waitingCount,
      running: this.pool.slots.inUse,
      rssMb: Math.round(this.memory.rssMb),
      coldStarts: this.pool.coldStarts,
    };
  }

  private readonly memoryExceeded = (revisionHandle: number, rssMb: number): void => {
    if (revisionHandle !== 0) {
      for (const environment of this.pool.environments)
        if (environment.revision.handle === revisionHandle) environment.giveUp();
    }
    this.pool.fault(revisionHandle, {
      reason: 'memory',
      message: `resident memory is ${Math.round(rssMb)} MB, allowed are ${this.options.rssMb} MB`,
    });
  };

  private readonly sendFault = (revisionHandle: number, fault: HostFault): void => {
    if (this.faulted) return;
    this.faulted = true;
    this.send(FROM_HOST.fault, revisionHandle, fault);
    // At once: what comes after a fault may be the end of the process.
    this.writer.flush();
  };

  private send(kind: number, id: number, message: object): void {
    this.writer.begin(kind, id).rest(JSON.stringify(message)).end();
  }
}

const revisionMissingPayload = errorPayload('Runtime.RevisionMissing', 'The host was not given this revision.');

function readRevision(handle: number, payload: Buffer): Revision {
  const reader = new PayloadReader(payload);
  const config = JSON.parse(reader.text()) as HostRevision;
  const codeCache = reader.block();
  const cache = codeCache.length === 0 ? null : new ivm.ExternalCopy(new Uint8Array(codeCache).buffer);
  return new Revision(
    handle,
    { ...config, memoryMb: Math.max(config.memoryMb, LIMITS.functionMemoryMbMin) },
    wrapBundle(reader.rest().toString('utf8')),
    cache,
  );
}
