import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { LIMITS, SluiceError, type Outcome } from '@sluice/contracts';
import { FrameSlots } from '@sluice/framing';
import { type Logger } from '@sluice/logging';
import { type Redis, type RedisKeys } from '@sluice/redis';
import { formatReplyAddress } from '../link-address';
import { RedisClock } from '../redis-clock';
import { BatchSender } from './batch-sender';
import { LinkServer, type RunnerLink } from './link-server';
import {
  type InvocationRequest,
  type InvocationResult,
  type PendingInvocation,
  type Settle,
} from './pending-invocation';

/** How often deadlines are looked at: an answer that does not come is noticed at most this late. */
const SWEEP_MS = 50;
/** A runner answers a timeout by itself; only when it does not, the gateway does. */
const ANSWER_GRACE_MS = 1_500;
/** A runner drops what it reads after `acceptBy`; its word that it took one just before may still be on its way. */
const ACCEPT_GRACE_MS = 250;
/** So long after a runner was lost, what was taken without a word is looked for. */
const LOST_LOOK_MS = 300;
/** A runner that lives says within this time that it took a batch, also one that has just started and has to open its link first. */
const WORD_MS = 300;
/** What a result frame has before its text. */
const RESULT_HEAD_BYTES = 9;

export interface InvocationClientOptions {
  /** Volatile role; commands that fail fast. */
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly linkKey: Buffer;
  /** Where runners can reach this gateway: `unix:/path` or `host:port`; port 0 = any. */
  readonly linkAddress: string;
  /** Written into batches when runners reach us by another address than the one we listen on (a container's host name). */
  readonly advertisedAddress?: string;
  readonly logger: Logger;
  readonly acceptByMs?: number;
}

/** A running invocation as its caller sees it. */
export interface InvocationHandle {
  /** The caller left: dropped if it has not started, else its result is thrown away. `settle` is still called. */
  cancel(): void;
}

/**
 * The gateway's side of synchronous invocations: batches out through BullMQ, answers in over reply links.
 * Every submitted invocation is settled exactly once; one that is refused certainly did not run, unless the error is HOST_LOST.
 */
export class InvocationClient {
  private readonly instance = randomUUID();
  private readonly clock: RedisClock;
  private readonly links: LinkServer;
  private readonly pending = new FrameSlots<PendingInvocation>();
  private sender: BatchSender | null = null;
  private sweep: NodeJS.Timeout | null = null;
  private unaccepted = 0;
  private unacceptedChars = 0;
  /** Invocations runners take over per ms while a queue stands, smoothed; 0 = unknown. What a new one will wait is unaccepted / this. */
  private acceptedPerMs = 0;
  private unacceptedAtSweep = 0;
  private acceptedSinceSweep = 0;

  constructor(private readonly options: InvocationClientOptions) {
    this.clock = new RedisClock(options.redis);
    this.links = new LinkServer({
      instance: this.instance,
      linkKey: options.linkKey,
      logger: options.logger,
      events: {
        onAccepted: (link, sequence) => this.accepted(link, sequence),
        onResult: (link, sequence, payload) => this.answered(link, sequence, payload),
        onLost: (link) => this.lost(link),
      },
    });
  }

  async start(): Promise<void> {
    await this.clock.start();
    const bound = await this.links.listen(this.options.linkAddress);
    const address = this.options.advertisedAddress ?? bound;
    this.sender = new BatchSender(
      this.options.redis,
      this.options.keys,
      this.clock,
      formatReplyAddress({ instance: this.instance, address }),
      (pending, error) => {
        this.finish(
          pending,
          new SluiceError('STORE_UNAVAILABLE', 'Redis did not take the invocation; it did not run.', { cause: error }),
        );
      },
    );
    await this.sender.ready();
    this.sweep = setInterval(() => this.refuseLate(), SWEEP_MS);
  }

  async close(): Promise<void> {
    if (this.sweep !== null) clearInterval(this.sweep);
    this.clock.stop();
    for (const pending of this.pending.values()) {
      this.finish(pending, new SluiceError('NOT_ACCEPTED', 'The gateway is stopping.'));
    }
    await this.sender?.close();
    await this.links.close();
  }

  /** Invocations submitted and not yet settled. */
  get inFlight(): number {
    return this.pending.size;
  }

  /** Runs the function and resolves with how it ended. Rejects with QUEUE_FULL, NOT_ACCEPTED, HOST_LOST or STORE_UNAVAILABLE. */
  invoke(request: InvocationRequest): Promise<InvocationResult> {
    return new Promise((resolve, reject) => {
      this.submit(request, (settlement) => {
        if (settlement instanceof SluiceError) reject(settlement);
        else resolve(settlement);
      });
    });
  }

  /** As `invoke`, without a promise, and with a way to leave. Throws QUEUE_FULL before anything was sent. */
  submit(request: InvocationRequest, settle: Settle): InvocationHandle {
    const nowMs = performance.now();
    const waitMs = request.waitMs ?? request.timeoutMs;
    const acceptInMs = Math.min(request.acceptByMs ?? this.options.acceptByMs ?? LIMITS.acceptByMsDefault, waitMs);
    this.admit(request, acceptInMs);
    const pending: PendingInvocation = {
      sequence: this.pending.nextId(),
      request,
      settle,
      acceptByMs: nowMs + acceptInMs,
      answerByMs: nowMs + waitMs + request.timeoutMs + ANSWER_GRACE_MS,
      link: null,
      batch: null,
      cancelled: false,
    };
    this.pending.set(pending.sequence, pending);
    this.unaccepted++;
    this.unacceptedChars += request.event.length;
    (this.sender as BatchSender).send(pending);
    return { cancel: () => this.cancel(pending) };
  }

  private admit(request: InvocationRequest, acceptInMs: number): void {
    const expectedWaitMs = this.acceptedPerMs > 0 ? this.unaccepted / this.acceptedPerMs : 0;
    if (
      this.unaccepted >= LIMITS.gatewayWaitingInvocationsMax ||
      this.unacceptedChars + request.event.length > LIMITS.gatewayWaitingBytesMax ||
      (this.unaccepted > LIMITS.batchInvocationsMax && expectedWaitMs > acceptInMs)
    ) {
      throw new SluiceError('QUEUE_FULL', `This gateway holds ${this.unaccepted} invocations no runner has taken yet.`);
    }
  }

  private cancel(pending: PendingInvocation): void {
    if (this.pending.get(pending.sequence) !== pending) return;
    pending.cancelled = true;
    pending.link?.cancel(pending.sequence);
  }

  private accepted(link: RunnerLink, sequence: number): void {
    const pending = this.pending.get(sequence);
    if (pending === undefined) return link.cancel(sequence); // refused meanwhile: nobody waits for it
    if (pending.link !== null) return;
    this.leftQueue(pending);
    this.acceptedSinceSweep++;
    pending.link = link;
    pending.batch?.accept();
    if (pending.cancelled) link.cancel(sequence);
  }

  private answered(link: RunnerLink, sequence: number, payload: Buffer): void {
    const pending = this.pending.get(sequence);
    if (pending === undefined || payload.length < RESULT_HEAD_BYTES) return;
    if (pending.link === null) this.accepted(link, sequence);
    this.finish(pending, {
      outcome: payload[0] as Outcome,
      durationUs: payload.readUInt32BE(1),
      initUs: payload.readUInt32BE(5),
      result: payload.toString('utf8', RESULT_HEAD_BYTES),
    });
  }

  private lost(link: RunnerLink): void {
    for (const pending of this.pending.values()) {
      if (pending.link === link)
        this.finish(pending, new SluiceError('HOST_LOST', 'The runner was lost while the function ran.'));
    }
    setTimeout(() => void this.lookForUnheard(), LOST_LOOK_MS).unref();
  }

  /**
   * A runner may end between taking a batch and saying so. What does not wait any more, and nobody accepts, was in its hands: it did
   * not run, for a runner says so before it starts anything. Should a runner be that slow instead, it may run after all; so only
   * what may run twice is sent again.
   */
  private async lookForUnheard(): Promise<void> {
    const added = this.pending.values().flatMap((pending) => {
      const { batch, link } = pending;
      return link === null && batch !== null && batch.id !== null ? [{ pending, batch, id: batch.id }] : [];
    });
    if (added.length === 0) return;
    const waiting = await this.sender?.waitingBatches().catch(() => null);
    if (waiting === null || waiting === undefined) return; // they are refused when their `acceptBy` is over
    const unheard = added.filter(({ id }) => !waiting.has(id));
    if (unheard.length === 0) return;
    await delay(WORD_MS, undefined, { ref: false });
    for (const { pending, batch } of unheard) {
      const settled = this.pending.get(pending.sequence) !== pending;
      // Another runner was lost just before this one: it has been sent again already.
      if (settled || pending.link !== null || pending.batch !== batch) continue;
      if (pending.request.retryable) {
        pending.batch = null;
        this.sender?.send(pending);
      } else {
        const message = 'The runner was lost when it had just taken the invocation.';
        this.finish(pending, new SluiceError('HOST_LOST', message));
      }
    }
  }

  private refuseLate(): void {
    // Only what is taken while more waits says how fast runners can be; in quiet times it says how little there was to take.
    const queueStood = this.unacceptedAtSweep > LIMITS.batchInvocationsMax;
    const perMs = this.acceptedSinceSweep / SWEEP_MS;
    this.acceptedPerMs = !queueStood ? 0 : this.acceptedPerMs === 0 ? perMs : this.acceptedPerMs * 0.8 + perMs * 0.2;
    this.unacceptedAtSweep = this.unaccepted;
    this.acceptedSinceSweep = 0;
    const nowMs = performance.now();
    for (const pending of this.pending.values()) {
      if (pending.link === null) {
        if (nowMs > pending.acceptByMs + ACCEPT_GRACE_MS)
          this.finish(
            pending,
            new SluiceError('NOT_ACCEPTED', 'No runner took the invocation in time; it did not run.'),
          );
      } else if (nowMs > pending.answerByMs) {
        pending.link.cancel(pending.sequence);
        this.finish(pending, new SluiceError('HOST_LOST', 'The runner did not answer in time.'));
      }
    }
  }

  private finish(pending: PendingInvocation, settlement: InvocationResult | SluiceError): void {
    if (!this.pending.delete(pending.sequence)) return;
    if (pending.link === null) this.leftQueue(pending);
    pending.batch?.settle();
    pending.settle(settlement);
  }

  private leftQueue(pending: PendingInvocation): void {
    this.unaccepted--;
    this.unacceptedChars -= pending.request.event.length;
  }
}
