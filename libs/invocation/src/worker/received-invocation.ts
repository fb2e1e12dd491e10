import { type Outcome } from '@sluice/contracts';
import { LINK, type InvocationKind } from '../wire';
import { type ReplyLink } from './reply-link';

/** What a runner reports with a result. Times in µs. */
export interface AnswerHead {
  readonly durationUs: number;
  /** 0 when the environment was warm. */
  readonly initUs: number;
}

/** One invocation a runner has taken over. It must be answered exactly once; answering twice does nothing. */
export class ReceivedInvocation {
  /** Set by who runs it; called when the caller left. The invocation must still be answered. */
  onCancel: (() => void) | null = null;
  /** The caller left before `onCancel` was set. */
  cancelled = false;
  private answered = false;

  constructor(
    private readonly link: ReplyLink,
    private readonly sequence: number,
    private readonly onAnswered: () => void,
    readonly kind: InvocationKind,
    readonly functionName: string,
    readonly revision: string,
    readonly requestId: string,
    /** JSON text; only the guest parses it. */
    readonly event: string,
    /** Counted from its start. */
    readonly timeoutMs: number,
    /** It must have started by then, counted from now. */
    readonly waitMs: number,
    /** It may run a second time when its host dies. */
    readonly retryable: boolean,
  ) {}

  cancel(): void {
    if (this.answered || this.cancelled) return;
    this.cancelled = true;
    this.onCancel?.();
  }

  answer(outcome: Outcome, head: AnswerHead, result: Uint8Array | string): void {
    if (this.answered) return;
    this.answered = true;
    this.link.finished(this.sequence);
    this.link.write((writer) => {
      writer.begin(LINK.result, this.sequence).u8(outcome).u32(head.durationUs).u32(head.initUs);
      if (typeof result === 'string') writer.rest(result).end();
      else writer.bytes(result).end();
    });
    this.onAnswered();
  }
}
