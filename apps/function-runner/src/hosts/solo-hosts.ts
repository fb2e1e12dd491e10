import { type Execution } from './execution';
import { type FunctionProfile } from './function-profile';
import { type HostRequest } from './host-pool';
import { type SandboxHost } from './sandbox-host';

export interface SoloHostsOptions {
  readonly hostsMax: number;
  readonly rssMb: number;
  readonly request: (request: HostRequest) => void;
  /** Monotonic. */
  readonly nowMs: () => number;
}

interface Lease {
  readonly profile: FunctionProfile;
  /** null until the host it asked for is ready. */
  host: SandboxHost | null;
  sinceMs: number;
  usedAtMs: number;
}

/** While others wait, a function keeps its solo host this long; then it is given on as soon as it is empty. */
const TURN_MS = 250;
const IDLE_KEPT_MS = 30_000;

/**
 * Hosts in which one function lives alone at a time: the named and the suspect, or those too large for a shared host.
 * There are at most `hostsMax`; more functions take turns.
 */
export class SoloHosts {
  private readonly leases = new Map<FunctionProfile, Lease>();
  private readonly waiting = new Map<FunctionProfile, Execution[]>();

  constructor(private readonly options: SoloHostsOptions) {}

  /** Sends the execution to its function's own host, or keeps it until there is one. */
  place(execution: Execution, nowMs: number): void {
    const { profile } = execution.revision;
    const lease = this.leases.get(profile);
    if (lease?.host?.takes(nowMs) === true && !this.mustYield(lease, nowMs)) {
      lease.usedAtMs = nowMs;
      lease.host.send(execution, nowMs);
      return;
    }
    const queue = this.waiting.get(profile);
    if (queue === undefined) this.waiting.set(profile, [execution]);
    else queue.push(execution);
    this.assign(nowMs);
  }

  /** Takes the function's waiting executions back, because it may not run any more. */
  takeWaiting(profile: FunctionProfile): Execution[] {
    const queue = this.waiting.get(profile) ?? [];
    this.waiting.delete(profile);
    return queue;
  }

  /** The host failed: the next execution of its function gets another. */
  hostLost(host: SandboxHost, nowMs: number): void {
    for (const [profile, lease] of this.leases) if (lease.host === host) this.leases.delete(profile);
    this.assign(nowMs);
  }

  /** Gives hosts on, expires what has waited too long, ends hosts that nobody uses. */
  tick(nowMs: number, onExpired: (execution: Execution) => void): void {
    for (const [profile, queue] of this.waiting) {
      const left = queue.filter((execution) => {
        if (execution.answered) return false;
        if (nowMs <= execution.startByMs) return true;
        onExpired(execution);
        return false;
      });
      if (left.length === 0) this.waiting.delete(profile);
      else if (left.length < queue.length) this.waiting.set(profile, left);
    }
    for (const [profile, { host, usedAtMs }] of this.leases) {
      if (host === null || !host.empty || nowMs - usedAtMs < IDLE_KEPT_MS) continue;
      this.leases.delete(profile);
      host.leave(nowMs, 0);
    }
    this.assign(nowMs);
  }

  private assign(nowMs: number): void {
    for (const [profile, queue] of this.waiting) {
      const lease = this.leases.get(profile);
      if (lease !== undefined) {
        if (lease.host === null || !lease.host.takes(nowMs) || this.mustYield(lease, nowMs)) continue;
        this.waiting.delete(profile);
        this.sendAll(lease, queue, nowMs);
      } else if (this.leases.size < this.options.hostsMax) {
        this.lease(profile, nowMs);
      } else {
        this.takeOver(profile, queue, nowMs);
      }
    }
  }

  private lease(profile: FunctionProfile, nowMs: number): void {
    const lease: Lease = { profile, host: null, sinceMs: nowMs, usedAtMs: nowMs };
    this.leases.set(profile, lease);
    this.options.request({
      rssMb: this.options.rssMb,
      give: (host) => {
        host.sole = profile;
        lease.host = host;
        lease.sinceMs = lease.usedAtMs = this.options.nowMs();
        this.assign(lease.sinceMs);
      },
    });
  }

  /** An empty host whose function has had its turn, or has nothing to do, goes to the next one. */
  private takeOver(profile: FunctionProfile, queue: Execution[], nowMs: number): void {
    for (const [holder, { host, sinceMs }] of this.leases) {
      if (host === null || !host.empty || !host.takes(nowMs)) continue;
      if (nowMs - sinceMs < TURN_MS && this.waiting.has(holder)) continue;
      host.unloadAll();
      host.sole = profile;
      this.leases.delete(holder);
      const lease: Lease = { profile, host, sinceMs: nowMs, usedAtMs: nowMs };
      this.leases.set(profile, lease);
      this.waiting.delete(profile);
      this.sendAll(lease, queue, nowMs);
      return;
    }
  }

  private sendAll(lease: Lease, queue: readonly Execution[], nowMs: number): void {
    lease.usedAtMs = nowMs;
    for (const execution of queue) if (!execution.answered) lease.host?.send(execution, nowMs);
  }

  private mustYield(lease: Lease, nowMs: number): boolean {
    if (nowMs - lease.sinceMs < TURN_MS || this.leases.size < this.options.hostsMax) return false;
    for (const profile of this.waiting.keys()) if (!this.leases.has(profile)) return true;
    return false;
  }
}
