import { type ReceivedInvocation } from '@sluice/invocation';
import { type RunnableRevision } from '../revisions/runnable-revision';
import { type SandboxHost } from './sandbox-host';

/** The supervisor gives the host this much longer than the deadlines the host itself enforces. */
const DEADLINE_GRACE_MS = 700;

/** One invocation on its way through the hosts of this runner. Times are the runner's monotonic clock. */
export class Execution {
  host: SandboxHost | null = null;
  /** Its id on that host's channel. */
  hostInvocationId = 0;
  /** Running time it is counted with in the host's load. */
  chargedMs = 0;
  /** Past this the host has failed to end it. */
  overdueAtMs = Infinity;
  /** It decides whether its function's circuit closes. */
  trial = false;
  /** Hosts that died under it after it was sent to them. */
  losses = 0;
  /** Hosts that sent it back unstarted. */
  refusals = 0;
  answered = false;
  /** It must have started by then. */
  readonly startByMs: number;

  constructor(
    readonly invocation: ReceivedInvocation,
    readonly revision: RunnableRevision,
    readonly receivedAtMs: number,
  ) {
    this.startByMs = receivedAtMs + invocation.waitMs;
  }

  sent(host: SandboxHost, hostInvocationId: number, chargedMs: number): void {
    this.host = host;
    this.hostInvocationId = hostInvocationId;
    this.chargedMs = chargedMs;
    this.overdueAtMs = this.startByMs + this.invocation.timeoutMs + DEADLINE_GRACE_MS;
  }

  get functionName(): string {
    return this.revision.profile.name;
  }
}
