import { type Logger } from '@sluice/logging';
import { type HostCommand } from '@sluice/sandbox';
import { type HostExit } from './host-process';
import { SandboxHost, type SandboxHostListener } from './sandbox-host';

export interface HostPoolOptions {
  readonly sharedHosts: number;
  readonly rssMb: number;
  /** How a host with this memory budget is started. */
  readonly hostCommand: (rssMb: number) => HostCommand;
  readonly logger: Logger;
  /** Monotonic. */
  readonly nowMs: () => number;
}

/** Somebody who waits for a host of his own. */
export interface HostRequest {
  readonly rssMb: number;
  readonly give: (host: SandboxHost) => void;
}

const TICK_MS = 50;
const SWEEP_MS = 5_000;
/** A longer gap between two ticks means that this process did not run, not that the hosts are silent. */
const TICK_LATE_MS = 750;
const START_BACKOFF_MS = 100;
const START_BACKOFF_MAX_MS = 10_000;
const HOST_AGE_MAX_MS = 24 * 60 * 60_000;
const AGED_GRACE_MS = 16 * 60_000;

/**
 * Keeps a fixed number of shared hosts and one spare that is already started. A host that fails is replaced by the spare in the
 * same turn of the event loop; starting a new spare takes as long as it takes. Solo hosts come out of the same supply.
 */
export class HostPool {
  /** One per slot; null while its host is gone and no spare was ready. */
  readonly shared: (SandboxHost | null)[];
  /** Hosts replaced because they died or failed, never because they were no longer needed. */
  restarts = 0;
  private readonly hosts = new Set<SandboxHost>();
  private readonly requests: HostRequest[] = [];
  /** Requests the spare is too small for, until a host is started for them. */
  private readonly unusual: HostRequest[] = [];
  private readonly waitingForStart: (() => void)[] = [];
  private readonly dedicated = new Map<SandboxHost, HostRequest>();
  private listener: SandboxHostListener | null = null;
  private ticker: NodeJS.Timeout | null = null;
  private nextHostId = 0;
  private failedStarts = 0;
  private startAfterMs = 0;
  private tickedAtMs = 0;
  private sweptAtMs = 0;
  private closed = false;

  constructor(private readonly options: HostPoolOptions) {
    this.shared = new Array<SandboxHost | null>(options.sharedHosts).fill(null);
  }

  /** Resolves when every slot has a host that passed its self-test. */
  async start(listener: SandboxHostListener, onTick: (nowMs: number) => void): Promise<void> {
    this.listener = listener;
    this.tickedAtMs = this.options.nowMs();
    this.ticker = setInterval(() => this.tick(onTick), TICK_MS);
    this.supply();
    if (!this.complete) await new Promise<void>((resolve) => this.waitingForStart.push(resolve));
  }

  /** Kills every host. */
  async close(): Promise<void> {
    this.closed = true;
    if (this.ticker !== null) clearInterval(this.ticker);
    const gone = [...this.hosts].map((host) => {
      host.process.kill('shutdown');
      return host.process.gone;
    });
    await Promise.all(gone);
  }

  get complete(): boolean {
    return this.shared.every((host) => host !== null);
  }

  /** Names the engine all hosts run; null until the first one has said it. */
  get codeCacheKey(): string | null {
    for (const { process } of this.hosts) if (process.ready !== null) return process.ready.codeCacheKey;
    return null;
  }

  get all(): ReadonlySet<SandboxHost> {
    return this.hosts;
  }

  get spare(): SandboxHost | null {
    for (const host of this.hosts) if (host.role === 'spare' && host.process.alive) return host;
    return null;
  }

  /** Asks for a host of one's own: the spare if it fits, else a new one. */
  request(request: HostRequest): void {
    (request.rssMb === this.options.rssMb ? this.requests : this.unusual).push(request);
    this.assign();
  }

  /** Takes the host out of service; the spare has its slot when this returns. What is in it gets the grace, then SIGKILL. */
  replace(host: SandboxHost, graceMs: number): void {
    host.leave(this.options.nowMs(), graceMs);
    const slot = this.shared.indexOf(host);
    if (slot >= 0) this.shared[slot] = null;
    this.assign();
  }

  hostReady(host: SandboxHost): void {
    this.failedStarts = 0;
    const request = this.dedicated.get(host);
    if (request !== undefined) {
      this.dedicated.delete(host);
      host.role = 'solo';
      request.give(host);
      return;
    }
    host.role = 'spare';
    this.assign();
    if (this.complete) for (const resolve of this.waitingForStart.splice(0)) resolve();
  }

  hostExited(host: SandboxHost, exit: HostExit): void {
    this.hosts.delete(host);
    const slot = this.shared.indexOf(host);
    if (slot >= 0) this.shared[slot] = null;
    if (this.closed) return;
    const nowMs = this.options.nowMs();
    if (!exit.wasReady) {
      const delayMs = Math.min(START_BACKOFF_MS * 2 ** this.failedStarts++, START_BACKOFF_MAX_MS);
      this.startAfterMs = nowMs + delayMs;
      const { code, signal, killedFor, output } = exit;
      this.options.logger.error('a sandbox host did not start', {
        code,
        signal,
        killedFor,
        output,
        retryInMs: delayMs,
      });
      const request = this.dedicated.get(host);
      this.dedicated.delete(host);
      if (request !== undefined) this.unusual.unshift(request);
    }
    this.assign();
  }

  /** Vacant slots first while nobody serves, then those who wait for a host of their own, then the other slots. */
  private assign(): void {
    if (this.closed) return;
    for (let spare = this.spare; spare !== null; spare = this.spare) {
      const vacant = this.shared.indexOf(null);
      const serving = this.shared.some((host) => host !== null);
      const request = vacant < 0 || serving ? this.requests.shift() : undefined;
      if (request !== undefined) {
        spare.role = 'solo';
        request.give(spare);
      } else if (vacant >= 0) {
        spare.role = 'shared';
        this.shared[vacant] = spare;
      } else break;
    }
    this.supply();
  }

  /** Starts as many hosts as are needed and not yet on their way. */
  private supply(): void {
    if (this.closed || this.options.nowMs() < this.startAfterMs) return;
    let onTheWay = 0;
    for (const host of this.hosts) {
      if ((host.role === 'starting' && !this.dedicated.has(host)) || host.role === 'spare') onTheWay++;
    }
    const vacant = this.shared.reduce((count, host) => (host === null ? count + 1 : count), 0);
    const needed = vacant + this.requests.length + 1;
    // After a failed start one attempt at a time is enough to see whether the next one works.
    const starts = this.failedStarts > 0 ? Math.min(1, needed - onTheWay) : needed - onTheWay;
    for (let started = 0; started < starts; started++) this.startHost(this.options.rssMb);
    for (const request of this.unusual.splice(0)) this.dedicated.set(this.startHost(request.rssMb), request);
  }

  private startHost(rssMb: number): SandboxHost {
    if (this.listener === null) throw new Error('the host pool is not started');
    const { hostCommand, nowMs } = this.options;
    const host = new SandboxHost({ id: ++this.nextHostId, command: hostCommand(rssMb), rssMb, nowMs }, this.listener);
    this.hosts.add(host);
    return host;
  }

  private tick(onTick: (nowMs: number) => void): void {
    const nowMs = this.options.nowMs();
    const late = nowMs - this.tickedAtMs > TICK_LATE_MS;
    this.tickedAtMs = nowMs;
    const sweep = nowMs - this.sweptAtMs > SWEEP_MS;
    if (sweep) this.sweptAtMs = nowMs;
    for (const host of this.hosts) {
      if (late) host.process.forgiveSilence(nowMs);
      host.tick(nowMs);
      if (sweep) host.sweep(nowMs);
      const aged = nowMs - host.process.startedAtMs > HOST_AGE_MAX_MS;
      if (aged && host.role === 'shared' && this.spare !== null) this.replace(host, AGED_GRACE_MS);
    }
    onTick(nowMs);
    this.supply();
  }
}
