import { LIMITS, OUTCOME, type Outcome } from '@sluice/contracts';
import { type Logger } from '@sluice/logging';
import { type HostCommand, type HostFault, type ProbeResult, type ReceivedResult } from '@sluice/sandbox';
import { type RunnableRevision } from '../revisions/runnable-revision';
import { judge, type Verdict } from './blame';
import { type Execution } from './execution';
import { type FunctionProfiles } from './function-profile';
import { HostPool } from './host-pool';
import { type HostExit } from './host-process';
import { type SandboxHost, type SandboxHostListener } from './sandbox-host';
import { SoloHosts } from './solo-hosts';

export interface DispatcherOptions {
  readonly sharedHosts: number;
  readonly soloHostsMax: number;
  readonly rssMb: number;
  readonly hostCommand: (rssMb: number) => HostCommand;
  readonly profiles: FunctionProfiles;
  readonly logger: Logger;
  /** Monotonic. */
  readonly nowMs: () => number;
}

export interface DispatcherListener {
  /** A host ran it. */
  finished(execution: Execution, result: ReceivedResult): void;
  /** It ends without a result of its function. */
  failed(execution: Execution, outcome: Outcome): void;
  probed(host: SandboxHost, probeId: number, result: ProbeResult, codeCache: Buffer): void;
  /** A host with probes in it is gone. */
  probesLost(host: SandboxHost, probeIds: readonly number[]): void;
  tick(nowMs: number): void;
}

/** A function stays at home until the others are this much less busy. */
const SPILL_MS = 10;
/** What else is in a failed host may finish within this time. */
const FAULT_GRACE_MS = 700;
const LARGE_HOST_OVERHEAD_MB = 512;
const RUNS_MAX = 2;

/** Decides in which host an invocation runs, and what becomes of it when the host fails. */
export class Dispatcher implements SandboxHostListener {
  readonly pool: HostPool;
  private readonly suspects: SoloHosts;
  private readonly large: SoloHosts;
  /** No shared host takes work at the moment. */
  private waiting: Execution[] = [];
  private listener: DispatcherListener | null = null;

  constructor(private readonly options: DispatcherOptions) {
    const { rssMb, soloHostsMax: hostsMax, nowMs } = options;
    this.pool = new HostPool(options);
    const request = this.pool.request.bind(this.pool);
    this.suspects = new SoloHosts({ hostsMax, rssMb, request, nowMs });
    const largeRssMb = Math.max(rssMb, LIMITS.functionMemoryMbMax + LARGE_HOST_OVERHEAD_MB);
    this.large = new SoloHosts({ hostsMax, rssMb: largeRssMb, request, nowMs });
  }

  async start(listener: DispatcherListener): Promise<void> {
    this.listener = listener;
    await this.pool.start(this, (nowMs) => this.tick(nowMs));
  }

  async close(): Promise<void> {
    await this.pool.close();
  }

  dispatch(execution: Execution): void {
    const nowMs = this.options.nowMs();
    const { profile, hostRevision, circuit } = execution.revision;
    profile.usedAtMs = nowMs;
    if (!execution.trial) {
      const admission = circuit.admit(nowMs);
      if (admission === 'refuse') return this.fail(execution, OUTCOME.circuitOpen);
      execution.trial = admission === 'trial';
    }
    if (hostRevision.memoryMb > LIMITS.functionMemoryMbShared) return this.large.place(execution, nowMs);
    if (execution.trial || profile.quarantine.holds(nowMs)) return this.suspects.place(execution, nowMs);
    const host = this.sharedHostFor(execution.revision, nowMs);
    if (host === null) this.waiting.push(execution);
    else host.send(execution, nowMs);
  }

  /** The caller left. What has not been sent to a host ends here; the host decides about the rest. */
  cancel(execution: Execution): void {
    if (execution.answered) return;
    if (execution.host !== null) execution.host.cancel(execution);
    else this.fail(execution, OUTCOME.cancelled);
  }

  unload(revision: RunnableRevision): void {
    for (const host of this.pool.all) host.unload(revision.handle);
  }

  hostReady(host: SandboxHost): void {
    this.pool.hostReady(host);
    this.dispatchWaiting();
  }

  settled(host: SandboxHost, execution: Execution, result: ReceivedResult): void {
    if (result.head.outcome === OUTCOME.notStarted) {
      execution.refusals++;
      this.dispatch(execution);
    } else {
      const { circuit, profile } = execution.revision;
      if (execution.trial) {
        if (result.head.outcome === OUTCOME.cancelled || result.head.outcome === OUTCOME.waitTimeout)
          circuit.trialAbandoned();
        else if (!host.judged) circuit.trialPassed();
        execution.trial = false;
      }
      if (host.role === 'solo') profile.quarantine.clean();
      this.listener?.finished(execution, result);
    }
    if (host.role === 'leaving' && host.empty) host.process.kill('replaced');
  }

  probed(host: SandboxHost, probeId: number, result: ProbeResult, codeCache: Buffer): void {
    this.listener?.probed(host, probeId, result, codeCache);
    if (host.role === 'leaving' && host.empty) host.process.kill('replaced');
  }

  faulted(host: SandboxHost, fault: HostFault, functionName: string | null): void {
    if (host.judged || host.role === 'starting') return;
    this.judge(host, { functionName }, null, null, `${fault.reason}: ${fault.message}`);
    this.replace(host);
  }

  overdue(host: SandboxHost, executions: readonly Execution[]): void {
    const names = new Set(executions.map(({ functionName }) => functionName));
    const [only] = names;
    this.judge(host, undefined, names.size === 1 ? (only ?? null) : null, null, 'it did not end an invocation in time');
    for (const execution of executions) {
      host.abandon(execution);
      this.fail(execution, OUTCOME.timeout);
    }
    this.replace(host);
  }

  exited(host: SandboxHost, exit: HostExit): void {
    if (host.role !== 'leaving' && exit.wasReady && exit.killedFor !== 'shutdown') {
      this.judge(host, undefined, null, exit, 'it died');
    }
    const lost = host.takeAll();
    const probeIds = [...host.probing.keys()];
    this.pool.hostExited(host, exit);
    this.leaseEnds(host);
    for (const execution of lost) this.lost(execution);
    if (probeIds.length > 0) this.listener?.probesLost(host, probeIds);
    this.dispatchWaiting();
  }

  /** Free for a probe: the spare, so that what an upload does on loading harms nobody. */
  get probeHost(): SandboxHost | null {
    return this.pool.spare;
  }

  private sharedHostFor(revision: RunnableRevision, nowMs: number): SandboxHost | null {
    const { shared } = this.pool;
    const home = shared[revision.homeSlot(shared.length)] ?? null;
    const homeTakes = home !== null && home.takes(nowMs);
    if (homeTakes && home.loadMs <= SPILL_MS) return home;
    let least: SandboxHost | null = null;
    for (const host of shared) {
      if (host !== null && (least === null || host.loadMs < least.loadMs) && host.takes(nowMs)) least = host;
    }
    return homeTakes && least !== null && home.loadMs <= least.loadMs + SPILL_MS ? home : least;
  }

  /** Its host died after it was sent there: once more if that can do no harm, else the caller is told. */
  private lost(execution: Execution): void {
    execution.losses++;
    const { invocation } = execution;
    if (execution.trial) {
      execution.revision.circuit.trialAbandoned(); // unless the verdict has reopened the circuit already
      execution.trial = false;
    }
    if (invocation.cancelled || execution.answered) this.fail(execution, OUTCOME.cancelled);
    else if (invocation.retryable && execution.losses < RUNS_MAX) this.dispatch(execution);
    else this.fail(execution, OUTCOME.hostLost);
  }

  /** Another host does its work from now on; what is in it may finish within the grace. */
  private replace(host: SandboxHost): void {
    this.pool.replace(host, FAULT_GRACE_MS);
    this.leaseEnds(host);
    this.dispatchWaiting();
  }

  private leaseEnds(host: SandboxHost): void {
    const nowMs = this.options.nowMs();
    this.suspects.hostLost(host, nowMs);
    this.large.hostLost(host, nowMs);
  }

  private judge(
    host: SandboxHost,
    fault: { readonly functionName: string | null } | undefined,
    onlyRunaway: string | null,
    exit: HostExit | null,
    why: string,
  ): void {
    if (host.judged) return;
    host.judged = true;
    const verdict = judge(host.death(fault, onlyRunaway, exit));
    this.punish(verdict, host);
    this.pool.restarts++;
    const accused = verdict.named === null ? { suspects: verdict.suspects } : { named: verdict.named };
    const last =
      exit === null ? {} : { code: exit.code, signal: exit.signal, killedFor: exit.killedFor, output: exit.output };
    const { role, id } = host;
    this.options.logger.warn('a sandbox host failed', {
      why,
      host: id,
      pid: host.process.pid,
      role,
      ...accused,
      ...last,
    });
  }

  private punish({ named, suspects, countsForCircuit }: Verdict, host: SandboxHost): void {
    const nowMs = this.options.nowMs();
    for (const name of suspects) this.options.profiles.get(name).quarantine.begin(nowMs);
    if (named === null) return;
    const profile = this.options.profiles.get(named);
    profile.quarantine.begin(nowMs);
    if (!countsForCircuit) return;
    for (const { circuit, hostRevision } of host.executing) {
      circuit.death(nowMs);
      if (!circuit.open) continue;
      const { version } = hostRevision;
      this.options.logger.warn('a function keeps killing its own host and is switched off for a minute', {
        function: named,
        version,
      });
    }
    // Those whose circuit has opened are refused now, not when there is a host again.
    for (const execution of [...this.suspects.takeWaiting(profile), ...this.large.takeWaiting(profile)]) {
      if (!execution.answered) this.dispatch(execution);
    }
  }

  private dispatchWaiting(): void {
    if (this.waiting.length === 0) return;
    const waiting = this.waiting;
    this.waiting = [];
    for (const execution of waiting) if (!execution.answered) this.dispatch(execution);
  }

  private fail(execution: Execution, outcome: Outcome): void {
    if (execution.answered) return;
    if (execution.trial) execution.revision.circuit.trialAbandoned();
    execution.trial = false;
    this.listener?.failed(execution, outcome);
  }

  private tick(nowMs: number): void {
    const expired = (execution: Execution): void => this.fail(execution, OUTCOME.waitTimeout);
    this.suspects.tick(nowMs, expired);
    this.large.tick(nowMs, expired);
    if (this.waiting.length > 0) {
      for (const execution of this.waiting) if (nowMs > execution.startByMs) expired(execution);
      this.dispatchWaiting();
    }
    this.listener?.tick(nowMs);
  }
}
