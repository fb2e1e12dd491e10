import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { type Duplex } from 'node:stream';
import { outcomeName, type OutcomeName } from '@sluice/contracts/invocation';
import { FrameReader, FrameWriter } from '@sluice/framing';
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
import { readMessage, readProbe, readResult, writeInvoke, writeRevision, type ReceivedProbe } from '../channel-codec';
import { hostCommand } from './host-command';

const DEFAULT_OPTIONS: HostOptions = { rssMb: 1_024, runningSlots: 2, snapshot: true, idleMs: 60_000 };
const DEFAULT_REVISION: HostRevision = {
  functionName: 'test',
  version: 1,
  revision: 'r1',
  memoryMb: 64,
  cpuMs: 10_000,
  concurrency: 1,
  maxConcurrency: 100,
  environment: {},
};

export interface TestResult {
  readonly outcome: OutcomeName;
  /** The parsed result or error payload; undefined when there is none. */
  readonly body: unknown;
  readonly text: string;
  readonly logs: readonly [epochMs: number, level: string, message: string][];
  readonly durationUs: number;
  readonly cpuUs: number;
  readonly initUs: number;
  readonly memoryKb: number;
  /** From sending to receiving. */
  readonly answeredAfterMs: number;
}

export interface CallOptions {
  readonly event?: unknown;
  /** Instead of `event`: the text as it is. */
  readonly eventText?: string;
  readonly timeoutMs?: number;
  readonly waitMs?: number;
  readonly requestId?: string;
}

/** A real host process on a real channel, driven without a supervisor: for specs and measurements. */
export class TestHost {
  readonly faults: { readonly handle: number; readonly fault: HostFault }[] = [];
  ready: HostReady | null = null;
  stderr = '';
  exitSignal: NodeJS.Signals | null = null;
  private readonly writer: FrameWriter;
  private readonly pending = new Map<number, { sentAtMs: number; resolve: (result: TestResult) => void }>();
  private readonly probes = new Map<number, (probe: ReceivedProbe) => void>();
  private readonly pongs = new Map<number, (status: HostStatus) => void>();
  private readonly faultWaiters: (() => void)[] = [];
  private lastId = 0;
  private becomeReady: (ready: HostReady) => void = () => undefined;

  private constructor(readonly child: ChildProcess) {
    const channel = child.stdio[3] as Duplex;
    this.writer = new FrameWriter(channel);
    const reader = new FrameReader(this.onFrame, CHANNEL_FRAME_BYTES_MAX);
    channel.on('data', (chunk: Buffer) => reader.push(chunk)).on('error', () => undefined);
    child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString('utf8')));
  }

  static async start(options: Partial<HostOptions> = {}): Promise<TestHost> {
    const { command, args } = hostCommand({ ...DEFAULT_OPTIONS, ...options });
    const child = spawn(command, args, { env: {}, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    const host = new TestHost(child);
    host.ready = await new Promise<HostReady>((resolve, reject) => {
      host.becomeReady = resolve;
      child.once('exit', (code, signal) => {
        host.exitSignal = signal;
        reject(new Error(`the host ended with ${code ?? signal} before it was ready: ${host.stderr}`));
      });
    });
    return host;
  }

  /** Loads a bundle (`var __sluice_exports = …`); returns the handle to invoke it by. */
  load(code: string, revision: Partial<HostRevision> = {}, codeCache?: Uint8Array): number {
    const handle = ++this.lastId;
    const config = { ...DEFAULT_REVISION, revision: `r${handle}`, ...revision };
    writeRevision(this.writer, TO_HOST.loadRevision, handle, config, code, codeCache);
    return handle;
  }

  unload(handle: number): void {
    this.writer.begin(TO_HOST.unloadRevision, handle).end();
  }

  invoke(handle: number, options: CallOptions = {}): Promise<TestResult> {
    return this.send(handle, options).result;
  }

  /** As `invoke`, with the id to cancel it by. */
  send(handle: number, options: CallOptions = {}): { readonly id: number; readonly result: Promise<TestResult> } {
    const id = ++this.lastId;
    const result = new Promise<TestResult>((resolve) => {
      this.pending.set(id, { sentAtMs: performance.now(), resolve });
    });
    writeInvoke(this.writer, id, {
      revisionHandle: handle,
      timeoutMs: options.timeoutMs ?? 3_000,
      waitMs: options.waitMs ?? 10_000,
      requestId: options.requestId ?? `request-${id}`,
      event: options.eventText ?? JSON.stringify(options.event ?? {}),
    });
    return { id, result };
  }

  cancel(id: number): void {
    this.writer.begin(TO_HOST.cancel, id).end();
  }

  drain(): void {
    this.writer.begin(TO_HOST.drain, 0).end();
  }

  probe(code: string, revision: Partial<HostRevision> = {}): Promise<ReceivedProbe> {
    const id = ++this.lastId;
    writeRevision(this.writer, TO_HOST.probe, id, { ...DEFAULT_REVISION, ...revision }, code);
    return new Promise((resolve) => this.probes.set(id, resolve));
  }

  status(): Promise<HostStatus> {
    const id = ++this.lastId;
    this.writer.begin(TO_HOST.ping, id).end();
    return new Promise((resolve) => this.pongs.set(id, resolve));
  }

  /**
   * For how long the kernel has let threads of the host and of this process wait for a processor. A bound on time is one on what
   * the host does, so what other processes took in the meantime is added to it; on a machine that is not busy that is nothing.
   */
  heldUpMs(): number {
    return runDelayMs(this.child.pid) + runDelayMs(process.pid);
  }

  /** Resolves with the host's first fault. */
  async fault(): Promise<{ readonly handle: number; readonly fault: HostFault }> {
    if (this.faults.length === 0) await new Promise<void>((resolve) => this.faultWaiters.push(resolve));
    return this.faults[0] as { handle: number; fault: HostFault };
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await exited;
  }

  private readonly onFrame = (kind: number, id: number, payload: Buffer): void => {
    switch (kind) {
      case FROM_HOST.ready:
        return this.becomeReady(readMessage<HostReady>(payload));
      case FROM_HOST.result:
        return this.onResult(id, payload);
      case FROM_HOST.probed:
        return this.probes.get(id)?.(readProbe(payload));
      case FROM_HOST.pong:
        return this.pongs.get(id)?.(readMessage<HostStatus>(payload));
      case FROM_HOST.fault:
        this.faults.push({ handle: id, fault: readMessage<HostFault>(payload) });
        for (const waiter of this.faultWaiters.splice(0)) waiter();
    }
  };

  private onResult(id: number, payload: Buffer): void {
    const call = this.pending.get(id);
    if (call === undefined) throw new Error(`invocation ${id} was answered twice, or never asked`);
    this.pending.delete(id);
    const { head, result, logs } = readResult(payload);
    const text = result.toString('utf8');
    call.resolve({
      ...head,
      outcome: outcomeName(head.outcome),
      text,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
      logs: JSON.parse(`[${logs.toString('utf8')}]`) as TestResult['logs'],
      answeredAfterMs: performance.now() - call.sentAtMs,
    });
  }
}

/** `Documentation/scheduler/sched-stats.rst`: time spent running, time spent waiting on a run queue (both ns), time slices. */
function runDelayMs(pid: number | undefined): number {
  let sumNs = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      sumNs += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[1]);
    } catch {
      // It ended since the directory was read.
    }
  }
  return sumNs / 1e6;
}

/** A bundle that exports these, as the bundler would write it. */
export function bundleOf(exports: string): string {
  return `"use strict";\nvar __sluice_exports = (() => {\n${exports}\n})();`;
}

/** A bundle of one handler: `handlerBundle('async (event) => event')`. */
export function handlerBundle(handler: string, topLevel = ''): string {
  return bundleOf(`${topLevel};\nreturn { handler: ${handler} };`);
}
