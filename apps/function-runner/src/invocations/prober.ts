import { LIMITS, OUTCOME, type HandlerKind } from '@sluice/contracts';
import { type ReceivedInvocation } from '@sluice/invocation';
import { type Logger } from '@sluice/logging';
import { type ProbeResult } from '@sluice/sandbox';
import { type SandboxHost } from '../hosts/sandbox-host';
import { type RunnableRevision } from '../revisions/runnable-revision';
import { type StackMapper } from '../revisions/stack-mapper';
import { supervisorError } from './supervisor-errors';

/** What the control plane learns from loading an upload once. */
export type ProbeAnswer =
  | { readonly ok: true; readonly handlerKind: HandlerKind; readonly initMs: number }
  | {
      readonly ok: false;
      readonly errorType: string;
      readonly message: string;
      readonly details: readonly { file: string; line: number; column: number; message: string }[];
      readonly exports?: readonly string[];
    };

export interface ProberOptions {
  readonly loadRevision: (functionName: string, revision: string) => Promise<RunnableRevision | null>;
  /** A host in which nobody's function runs, or null while there is none. */
  readonly probeHost: () => SandboxHost | null;
  readonly saveCodeCache: (functionName: string, sha256: string, hostKey: string, bytes: Buffer) => Promise<void>;
  readonly stackMapper: StackMapper;
  readonly logger: Logger;
  readonly nowMs: () => number;
}

interface Probe {
  readonly invocation: ReceivedInvocation;
  readonly revision: RunnableRevision;
  readonly waitUntilMs: number;
  host: SandboxHost | null;
  overdueAtMs: number;
  /** A host died while it and others were in it: now it runs alone, and what happens is its own doing. */
  alone: boolean;
}

/** Apart from the revision handles, so that a fault names one or the other. */
const PROBE_IDS_FROM = 0x8000_0000;
const PROBES_AT_ONCE = 4;
const DEADLINE_GRACE_MS = 1_500;
/** Below this compiling is as fast as reading a cache. */
const CODE_CACHE_FROM_BYTES = 50_000;

/** Loads each upload once in the spare host, before anybody can call it: what its top level does harms no function. */
export class Prober {
  private readonly running = new Map<number, Probe>();
  private waiting: Probe[] = [];
  private nextProbeId = 0;

  constructor(private readonly options: ProberOptions) {}

  receive(invocation: ReceivedInvocation): void {
    const { loadRevision, nowMs, logger } = this.options;
    const waitUntilMs = nowMs() + invocation.waitMs;
    loadRevision(invocation.functionName, invocation.revision).then(
      (revision) => {
        if (revision === null) return this.refuse(invocation, OUTCOME.revisionMissing);
        this.waiting.push({ invocation, revision, waitUntilMs, host: null, overdueAtMs: Infinity, alone: false });
        this.startWaiting();
      },
      (error: unknown) => {
        logger.warn('a revision could not be loaded for its probe', {
          function: invocation.functionName,
          error: String(error),
        });
        this.refuse(invocation, OUTCOME.revisionMissing);
      },
    );
  }

  probed(probeId: number, result: ProbeResult, codeCache: Buffer): void {
    const probe = this.running.get(probeId);
    if (probe === undefined) return;
    this.running.delete(probeId);
    this.startWaiting();
    this.keepCodeCache(probe, codeCache);
    this.answer(probe, result).catch((error: unknown) => {
      this.options.logger.error('a probe could not be answered', { error: String(error) });
      this.refuse(probe.invocation, OUTCOME.exited);
    });
  }

  /** The host died: what was alone in it did that; the others are tried again, each alone. */
  lost(probeIds: readonly number[]): void {
    for (const probeId of probeIds) {
      const probe = this.running.get(probeId);
      if (probe === undefined) continue;
      this.running.delete(probeId);
      if (probe.alone || probeIds.length === 1) this.answerText(probe.invocation, LOST_ANSWER);
      else this.waiting.push({ ...probe, host: null, overdueAtMs: Infinity, alone: true });
    }
    this.startWaiting();
  }

  tick(nowMs: number): void {
    for (const probe of this.running.values())
      if (nowMs > probe.overdueAtMs) probe.host?.process.kill('a probe did not end');
    if (this.waiting.length === 0) return;
    for (const probe of this.waiting) if (nowMs > probe.waitUntilMs) this.refuse(probe.invocation, OUTCOME.waitTimeout);
    this.waiting = this.waiting.filter(({ waitUntilMs }) => nowMs <= waitUntilMs);
    this.startWaiting();
  }

  private startWaiting(): void {
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      const host = this.options.probeHost();
      if (host === null || this.running.size >= PROBES_AT_ONCE) return;
      const runsAlone = [...this.running.values()].some(({ alone }) => alone);
      if (runsAlone || (next.alone && this.running.size > 0)) return;
      this.waiting.shift();
      next.host = host;
      next.overdueAtMs = this.options.nowMs() + LIMITS.initTimeoutMs + DEADLINE_GRACE_MS;
      const probeId = PROBE_IDS_FROM + (this.nextProbeId = (this.nextProbeId + 1) % PROBE_IDS_FROM);
      this.running.set(probeId, next);
      host.probe(probeId, next.revision);
    }
  }

  private async answer({ invocation, revision }: Probe, result: ProbeResult): Promise<void> {
    if (result.ok) {
      this.answerText(invocation, { ok: true, handlerKind: result.handlerKind, initMs: result.initMs });
      return;
    }
    const { errorType, message, exports } = result;
    const { functionName, sha256 } = revision.loaded;
    const { position } = await this.options.stackMapper.locate(functionName, sha256, result.stack);
    const details = position === null ? [] : [{ ...position, message }];
    this.answerText(invocation, {
      ok: false,
      errorType,
      message,
      details,
      ...(exports === undefined ? {} : { exports }),
    });
  }

  private keepCodeCache({ revision, host }: Probe, codeCache: Buffer): void {
    const hostKey = host?.process.ready?.codeCacheKey;
    if (hostKey === undefined || codeCache.length === 0 || revision.loaded.code.length < CODE_CACHE_FROM_BYTES) return;
    const { functionName, sha256 } = revision.loaded;
    this.options.saveCodeCache(functionName, sha256, hostKey, codeCache).catch((error: unknown) => {
      this.options.logger.warn('a code cache was not kept', { function: functionName, error: String(error) });
    });
  }

  private answerText(invocation: ReceivedInvocation, answer: ProbeAnswer): void {
    const initUs = answer.ok ? Math.round(answer.initMs * 1_000) : 0;
    invocation.answer(OUTCOME.ok, { durationUs: 0, initUs }, JSON.stringify(answer));
  }

  private refuse(invocation: ReceivedInvocation, outcome: Parameters<typeof supervisorError>[0]): void {
    invocation.answer(
      outcome,
      { durationUs: 0, initUs: 0 },
      supervisorError(outcome, invocation.requestId, LIMITS.initTimeoutMs),
    );
  }
}

const LOST_ANSWER: ProbeAnswer = {
  ok: false,
  errorType: 'Runtime.ExitError',
  message: 'Loading the function ended its sandbox host: its top-level code uses more memory or time than there is.',
  details: [],
};
