import { Queue } from 'bullmq';
import { LIMITS } from '@sluice/contracts';
import { type Redis, type RedisKeys } from '@sluice/redis';
import { handOverBackend } from '../hand-over-backend';
import { type RedisClock } from '../redis-clock';
import { encodeFlags, SYNC_QUEUE_NAME, type Batch, type BatchHead } from '../wire';
import { type PendingInvocation } from './pending-invocation';

/** An event longer than this (in characters) is not worth its place in a batch of 256 KiB. */
const EXTERNAL_EVENT_CHARS = 128 * 1024;

/** A batch that no runner has taken over by then no longer holds the next one back. */
const HANDOVER_MS = 5;
/** Nor does one that was taken over this long ago: its functions take their time. */
const ANSWER_MS = 2;

/**
 * Hands invocations to BullMQ, many per job. A lone invocation leaves at the end of its event-loop turn. What arrives while a
 * batch is under way waits until that is answered, or was taken over 2 ms ago, or the waiting fill a batch of their own: so batches
 * grow with the load, and their fixed cost for Redis, runner and host is shared by more. At 64 callers
 * batches hold 31 invocations instead of 13.
 */
export class BatchSender {
  private readonly queue;
  private readonly waiting: PendingInvocation[] = [];
  private batchesUnderWay = 0;
  private scheduled = false;

  constructor(
    private readonly redis: Redis,
    private readonly keys: RedisKeys,
    private readonly clock: RedisClock,
    private readonly replyTo: string,
    /** Called for every invocation whose batch could not be stored: it certainly did not run. */
    private readonly onRefused: (pending: PendingInvocation, error: Error) => void,
  ) {
    this.queue = new Queue(
      SYNC_QUEUE_NAME,
      { prefix: keys.queuePrefix('sync', 0), connection: redis, skipVersionCheck: true },
      handOverBackend(redis),
    );
    this.queue.on('error', () => undefined); // every failed add is reported to its caller
  }

  async ready(): Promise<void> {
    await this.queue.waitUntilReady();
  }

  send(pending: PendingInvocation): void {
    this.waiting.push(pending);
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(this.sendWaiting);
  }

  async close(): Promise<void> {
    await this.queue.close();
  }

  /** The ids of the batches, also of other gateways, that no runner has taken. */
  waitingBatches(): Promise<ReadonlySet<number>> {
    return this.queue.getBackend().waitingJobs();
  }

  private readonly sendWaiting = (): void => {
    this.scheduled = false;
    // A second batch under way pays only when it is full: each costs Redis and the runner as much as any other.
    while (
      this.waiting.length > 0 &&
      (this.batchesUnderWay === 0 ||
        (this.waiting.length >= LIMITS.batchInvocationsMax && this.batchesUnderWay < LIMITS.batchAddsInFlightMax))
    ) {
      void this.add(this.takeBatch());
    }
  };

  private takeBatch(): PendingInvocation[] {
    let count = 0;
    let chars = 0;
    for (const { request } of this.waiting) {
      if (request.event.length <= EXTERNAL_EVENT_CHARS) chars += request.event.length;
      if (count > 0 && (count === LIMITS.batchInvocationsMax || chars > LIMITS.batchBytesMax)) break;
      count++;
    }
    return this.waiting.splice(0, count);
  }

  private async add(batch: PendingInvocation[]): Promise<void> {
    const underWay = this.startBatch(batch.length);
    for (const pending of batch) pending.batch = underWay;
    try {
      const external = batch.filter(({ request }) => request.event.length > EXTERNAL_EVENT_CHARS);
      if (external.length > 0) await this.storeExternal(external);
      const [head, events] = this.encode(batch);
      underWay.id = await this.queue.getBackend().handOver(JSON.stringify(head), events);
    } catch (error) {
      for (const pending of batch) this.onRefused(pending, error as Error);
      return;
    }
    underWay.releaseWithin(HANDOVER_MS);
  }

  private startBatch(invocations: number): BatchUnderWay {
    this.batchesUnderWay++;
    return new BatchUnderWay(invocations, () => {
      this.batchesUnderWay--;
      this.sendWaiting();
    });
  }

  private async storeExternal(invocations: readonly PendingInvocation[]): Promise<void> {
    await Promise.all(
      invocations.map(({ request, acceptByMs }) =>
        this.redis.set(
          this.keys.payload(request.requestId),
          request.event,
          'PX',
          Math.max(1_000, Math.ceil(acceptByMs - performance.now()) + 5_000),
        ),
      ),
    );
  }

  private encode(batch: readonly PendingInvocation[]): [Batch, events: string] {
    const localMs = performance.now();
    const redisMs = this.clock.nowMs();
    const revisions: [string, string][] = [];
    const heads: BatchHead[] = [];
    let events = '';
    for (const { sequence, request, acceptByMs } of batch) {
      const external = request.event.length > EXTERNAL_EVENT_CHARS;
      let index = revisions.findIndex((entry) => entry[1] === request.revision && entry[0] === request.functionName);
      if (index < 0) index = revisions.push([request.functionName, request.revision]) - 1;
      heads.push([
        sequence,
        index,
        encodeFlags(request.kind, request.retryable, external),
        request.requestId,
        request.timeoutMs,
        request.waitMs ?? request.timeoutMs,
        redisMs + Math.ceil(acceptByMs - localMs),
        external ? 0 : request.event.length,
      ]);
      if (!external) events += request.event;
    }
    return [{ replyTo: this.replyTo, revisions, heads }, events];
  }
}

/** A batch that holds the next one back, until it is released. */
export class BatchUnderWay {
  private releaseOnce: (() => void) | null;
  private accepted = false;
  /** Null until it is in Redis. */
  id: number | null = null;

  constructor(
    private unsettled: number,
    release: () => void,
  ) {
    this.releaseOnce = release;
  }

  /** A runner has taken one of its invocations over, and so all. */
  accept(): void {
    if (this.accepted) return;
    this.accepted = true;
    this.releaseWithin(ANSWER_MS);
  }

  /** One of its invocations is answered or refused. */
  settle(): void {
    if (--this.unsettled === 0) this.release();
  }

  releaseWithin(ms: number): void {
    if (this.releaseOnce !== null) setTimeout(() => this.release(), ms).unref();
  }

  private release(): void {
    const release = this.releaseOnce;
    this.releaseOnce = null;
    release?.();
  }
}
