import { spawn, type ChildProcess } from 'node:child_process';
import { type Duplex } from 'node:stream';
import { OUTCOME } from '@sluice/contracts';
import { FrameReader, FrameWriter } from '@sluice/framing';
import {
  CHANNEL_FRAME_BYTES_MAX,
  FROM_HOST,
  readMessage,
  readProbe,
  readResult,
  TO_HOST,
  writeInvoke,
  writeRevision,
  type HostCommand,
  type HostFault,
  type HostReady,
  type HostRevision,
  type HostStatus,
  type InvokeFrame,
  type ProbeResult,
  type ReceivedResult,
} from '@sluice/sandbox';

export interface HostExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why we killed it; null when it died by itself. */
  readonly killedFor: string | null;
  /** It had passed its self-test. */
  readonly wasReady: boolean;
  /** The last lines it wrote to stderr and stdout. */
  readonly output: string;
}

export interface HostListener {
  ready(): void;
  /** Its bytes are views of what was received: copy what is kept. */
  result(invocationId: number, result: ReceivedResult): void;
  probed(probeId: number, result: ProbeResult, codeCache: Buffer): void;
  fault(revisionHandle: number, fault: HostFault): void;
  /** Once, when the process is gone, whatever the reason. */
  exited(exit: HostExit): void;
}

const PING_INTERVAL_MS = 250;
const PONG_TIMEOUT_MS = 1_500;
const EXIT_EXPECTED_MS = 200;
const START_TIMEOUT_MS = 10_000;
const OUTPUT_CHARS_KEPT = 4_096;
const OUTCOME_MAX = Math.max(...Object.values(OUTCOME));

/**
 * One sandbox host as a process: started without an environment in its own process group, spoken to over an inherited socket
 * pair, pinged, and ended with SIGKILL only. What comes over the channel is checked for form; a host that breaks it is killed.
 */
export class HostProcess {
  ready: HostReady | null = null;
  /** From its last pong. */
  status: HostStatus | null = null;
  readonly startedAtMs: number;
  /** Resolves when the process has ended. */
  readonly gone: Promise<void>;
  private resolveGone: () => void = () => undefined;
  private readonly child: ChildProcess;
  private readonly writer: FrameWriter;
  private output = '';
  private killedFor: string | null = null;
  private ended = false;
  private brokenAtMs: number | null = null;
  private sequence = 0;
  private pingedAtMs: number;
  private heardAtMs: number;

  constructor(
    { command, args }: HostCommand,
    private readonly listener: HostListener,
    private readonly nowMs: () => number,
  ) {
    this.gone = new Promise((resolve) => (this.resolveGone = resolve));
    this.startedAtMs = this.pingedAtMs = this.heardAtMs = nowMs();
    this.child = spawn(command, args, { env: {}, detached: true, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
    const channel = this.child.stdio[3] as Duplex;
    this.writer = new FrameWriter(channel);
    const reader = new FrameReader((kind, id, payload) => this.received(kind, id, payload), CHANNEL_FRAME_BYTES_MAX);
    channel.on('data', (chunk: Buffer) => {
      if (this.killedFor === 'protocol') return;
      try {
        reader.push(chunk);
      } catch (error) {
        this.output += `\n${String(error)}`;
        this.kill('protocol');
      }
    });
    // Nearly always the process has died and its exit is on the way; if not, the next tick ends it.
    const broken = (): void => void (this.brokenAtMs ??= this.nowMs());
    channel.on('error', broken).on('close', broken);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output = (this.output + text).slice(-OUTPUT_CHARS_KEPT);
      });
    }
    this.child.on('error', (error) => {
      this.output += error.message;
      if (this.child.pid === undefined) this.exited(null, null);
    });
    // 'close' comes after the channel's last bytes: results sent before the death still count.
    this.child.on('close', (code, signal) => this.exited(code, signal));
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get alive(): boolean {
    return !this.ended && this.killedFor === null && this.brokenAtMs === null;
  }

  loadRevision(handle: number, revision: HostRevision, code: string, codeCache: Uint8Array | null): void {
    writeRevision(this.writer, TO_HOST.loadRevision, handle, revision, code, codeCache ?? undefined);
  }

  unloadRevision(handle: number): void {
    this.writer.begin(TO_HOST.unloadRevision, handle).end();
  }

  invoke(invocationId: number, frame: InvokeFrame): void {
    writeInvoke(this.writer, invocationId, frame);
  }

  cancel(invocationId: number): void {
    this.writer.begin(TO_HOST.cancel, invocationId).end();
  }

  probe(probeId: number, revision: HostRevision, code: string): void {
    writeRevision(this.writer, TO_HOST.probe, probeId, revision, code);
  }

  /** It takes nothing new; what has not started comes back as `notStarted`. */
  drain(): void {
    this.writer.begin(TO_HOST.drain, 0).end();
  }

  /** Ends its process group. Whatever it held is settled when `exited` is called. */
  kill(reason: string): void {
    if (this.ended) return;
    this.killedFor ??= reason;
    const { pid, exitCode, signalCode } = this.child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      this.child.kill('SIGKILL');
    }
  }

  /** Sends the next ping when it is due; kills a host that neither becomes ready nor answers in time. */
  tick(nowMs: number): void {
    if (this.brokenAtMs !== null && nowMs - this.brokenAtMs > EXIT_EXPECTED_MS) this.kill('it closed its channel');
    if (!this.alive) return;
    if (this.ready === null) {
      if (nowMs - this.startedAtMs > START_TIMEOUT_MS) this.kill('not ready in time');
      return;
    }
    if (nowMs - this.heardAtMs > PONG_TIMEOUT_MS) this.kill('no answer to pings');
    else if (nowMs - this.pingedAtMs >= PING_INTERVAL_MS) {
      this.pingedAtMs = nowMs;
      this.writer.begin(TO_HOST.ping, ++this.sequence).end();
    }
  }

  /** The supervisor itself was stopped or starved: silence until now says nothing about the host. */
  forgiveSilence(nowMs: number): void {
    this.heardAtMs = nowMs;
  }

  private received(kind: number, id: number, payload: Buffer): void {
    switch (kind) {
      case FROM_HOST.result:
        this.listener.result(id, readKnownResult(payload));
        break;
      case FROM_HOST.pong:
        this.heardAtMs = this.nowMs();
        this.status = readMessage<HostStatus>(payload);
        break;
      case FROM_HOST.ready:
        this.ready = readMessage<HostReady>(payload);
        this.heardAtMs = this.nowMs();
        this.listener.ready();
        break;
      case FROM_HOST.fault:
        this.listener.fault(id, readMessage<HostFault>(payload));
        break;
      case FROM_HOST.probed: {
        const { result, codeCache } = readProbe(payload);
        this.listener.probed(id, result, codeCache);
        break;
      }
      default:
        throw new RangeError(`a host sent a frame of the unknown kind ${kind}`);
    }
  }

  private exited(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.ended) return;
    this.ended = true;
    this.resolveGone();
    const { killedFor, output } = this;
    this.listener.exited({ code, signal, killedFor, output: output.trim(), wasReady: this.ready !== null });
  }
}

function readKnownResult(payload: Buffer): ReceivedResult {
  const received = readResult(payload);
  if (received.head.outcome > OUTCOME_MAX)
    throw new RangeError(`a host sent the unknown outcome ${received.head.outcome}`);
  return received;
}
