import { OUTCOME, type Outcome } from '@sluice/contracts';
import { type ReceivedInvocation } from '@sluice/invocation';
import { type FunctionLogWriter } from '@sluice/logging';
import { type ReceivedResult } from '@sluice/sandbox';
import { type Dispatcher } from '../hosts/dispatcher';
import { Execution } from '../hosts/execution';
import { type RevisionCache } from '../revisions/revision-cache';
import { type RunnableRevision } from '../revisions/runnable-revision';
import { type StackMapper } from '../revisions/stack-mapper';
import { supervisorError } from './supervisor-errors';

export interface InvocationServiceOptions {
  readonly revisions: RevisionCache;
  readonly dispatcher: Dispatcher;
  readonly stackMapper: StackMapper;
  readonly logs: FunctionLogWriter;
  /** Monotonic. */
  readonly nowMs: () => number;
  readonly epochMs: () => number;
}

const NOTHING = Buffer.alloc(0);

/**
 * One invocation from its arrival to its answer: revision, host, answer, log record, metrics. Events and results stay text;
 * only the error of a failed invocation is looked into, to map its stack.
 */
export class InvocationService {
  constructor(private readonly options: InvocationServiceOptions) {}

  receive(invocation: ReceivedInvocation): void {
    const receivedAtMs = this.options.nowMs();
    const { revisions } = this.options;
    if (invocation.kind === 'canary') this.start(invocation, revisions.canaryRevision, receivedAtMs);
    else {
      revisions.get(invocation.functionName, invocation.revision, (revision) => {
        if (revision !== null) this.start(invocation, revision, receivedAtMs);
        else answerUnstarted(invocation, OUTCOME.revisionMissing);
      });
    }
  }

  /** A host ran it. */
  finished(execution: Execution, { head, result, logs }: ReceivedResult): void {
    const { outcome, durationUs, initUs, memoryKb } = head;
    if (outcome === OUTCOME.ok) {
      execution.invocation.answer(outcome, { durationUs, initUs }, result);
      this.settle(execution, outcome, durationUs, initUs, memoryKb, null, logs);
      return;
    }
    const { loaded } = execution.revision;
    this.options.stackMapper.map(loaded.functionName, loaded.sha256, result.toString(), (error) => {
      execution.invocation.answer(outcome, { durationUs, initUs }, error);
      this.settle(execution, outcome, durationUs, initUs, memoryKb, error, logs);
    });
  }

  /** It ends without a result of its function. */
  failed(execution: Execution, outcome: Outcome): void {
    const { invocation } = execution;
    const error = supervisorError(outcome, invocation.requestId, invocation.timeoutMs);
    const durationUs = outcome === OUTCOME.timeout ? invocation.timeoutMs * 1_000 : 0;
    invocation.answer(outcome, { durationUs, initUs: 0 }, error);
    this.settle(execution, outcome, durationUs, 0, 0, error, NOTHING);
  }

  private start(invocation: ReceivedInvocation, revision: RunnableRevision, receivedAtMs: number): void {
    const execution = new Execution(invocation, revision, receivedAtMs);
    revision.outstanding++;
    if (invocation.cancelled) {
      this.failed(execution, OUTCOME.cancelled);
      return;
    }
    // Not written straight into the property: it would be old from the start, and so would the batch that its event is a part of.
    const cancel = (): void => this.options.dispatcher.cancel(execution);
    invocation.onCancel = cancel;
    this.options.dispatcher.dispatch(execution);
  }

  private settle(
    execution: Execution,
    outcome: Outcome,
    durationUs: number,
    initUs: number,
    memoryKb: number,
    error: string | null,
    lines: Uint8Array,
  ): void {
    execution.answered = true;
    const { invocation, revision, receivedAtMs } = execution;
    revision.outstanding--;
    invocation.onCancel = null;
    if (revision.metrics === null) return;
    const elapsedUs = (this.options.nowMs() - receivedAtMs) * 1_000;
    revision.metrics.record(outcome, durationUs, initUs, Math.max(0, elapsedUs - durationUs));
    const { functionName, version, config } = revision.loaded;
    this.options.logs.record(functionName, {
      requestId: invocation.requestId,
      version,
      startedAtMs: Math.round(this.options.epochMs() - durationUs / 1_000),
      durationUs,
      initUs,
      memoryKb,
      memoryMb: config.memoryMb,
      outcome,
      error,
      lines,
    });
  }
}

/** It names a revision that is not there: there is no function whose log or metrics could show it. */
function answerUnstarted(invocation: ReceivedInvocation, outcome: Outcome): void {
  const error = supervisorError(outcome, invocation.requestId, invocation.timeoutMs);
  invocation.answer(outcome, { durationUs: 0, initUs: 0 }, error);
}
