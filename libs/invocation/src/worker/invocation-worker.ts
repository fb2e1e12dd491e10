import { type Logger } from '@sluice/logging';
import { type Redis, type RedisKeys } from '@sluice/redis';
import { RedisClock } from '../redis-clock';
import { decodeFlags, SYNC_QUEUE_NAME, type Batch, type BatchHead } from '../wire';
import { HandOverWorker } from './hand-over-worker';
import { ReceivedInvocation } from './received-invocation';
import { ReplyLink } from './reply-link';

export interface InvocationWorkerOptions {
  /** Volatile role; commands that fail fast. */
  readonly redis: Redis;
  /** Volatile role; for blocking commands (`maxRetriesPerRequest: null`). */
  readonly blockingRedis: Redis;
  readonly keys: RedisKeys;
  readonly linkKey: Buffer;
  readonly runnerId: string;
  readonly logger: Logger;
  /** Over this many unanswered invocations no further batch is taken. */
  readonly inFlightMax: number;
  readonly onInvocation: (invocation: ReceivedInvocation) => void;
}

/**
 * The runner's side of synchronous invocations. A batch is a hand-over: its job ends when it is taken, so it is never run twice;
 * what becomes of its invocations from then on is the link's to say.
 */
export class InvocationWorker {
  private readonly worker;
  private readonly clock: RedisClock;
  private readonly links = new Map<string, ReplyLink>();
  private readonly waitingForRoom: (() => void)[] = [];
  private readonly waitingForIdle: (() => void)[] = [];
  private unanswered = 0;
  private closing = false;

  constructor(private readonly options: InvocationWorkerOptions) {
    this.clock = new RedisClock(options.redis);
    this.worker = new HandOverWorker({
      queueName: SYNC_QUEUE_NAME,
      prefix: options.keys.queuePrefix('sync', 0),
      redis: options.redis,
      blockingRedis: options.blockingRedis,
      takeOver: (data, text) => this.takeOver(JSON.parse(data) as Batch, text),
      onError: (error) => options.logger.warn('invocations could not be taken', { error: error.message }),
    });
  }

  async start(): Promise<void> {
    await this.clock.start();
    await this.worker.start();
  }

  /** Invocations taken over and not answered yet. */
  get inFlight(): number {
    return this.unanswered;
  }

  /** Takes nothing new and resolves when everything taken is answered. */
  async drain(): Promise<void> {
    await this.worker.stop();
    if (this.unanswered > 0) await new Promise<void>((resolve) => this.waitingForIdle.push(resolve));
  }

  async close(): Promise<void> {
    this.clock.stop();
    this.closing = true;
    for (const resume of this.waitingForRoom.splice(0)) resume();
    await this.worker.close();
    await Promise.all([...this.links.values()].map((link) => link.close()));
  }

  /** Resolves when there is room for another batch. */
  private async takeOver(batch: Batch, events: string): Promise<void> {
    const link = this.linkTo(batch.replyTo);
    if (link === null) return;
    if (link.isOpen) await this.whileUnpacking(1, this.unpackAll(link, batch, events));
    // Other gateways do not wait for one that has to prove itself first; what waits for it takes up room.
    else void this.unpackWhenOpen(link, batch, events);
    while (this.unanswered > this.options.inFlightMax && !this.closing)
      await new Promise<void>((resolve) => this.waitingForRoom.push(resolve));
  }

  private async unpackWhenOpen(link: ReplyLink, batch: Batch, events: string): Promise<void> {
    const unpacked = link.opened.then((open) => (open ? this.unpackAll(link, batch, events) : undefined));
    await this.whileUnpacking(batch.heads.length, unpacked);
  }

  /** What is taken and not unpacked yet counts as unanswered: a drain waits for it. */
  private async whileUnpacking(invocations: number, unpacked: Promise<void>): Promise<void> {
    this.unanswered += invocations;
    await unpacked;
    for (let invocation = 0; invocation < invocations; invocation++) this.answered();
  }

  /** Nothing starts before its gateway can know that it may have: NOT_ACCEPTED promises that it did not run. */
  private async unpackAll(link: ReplyLink, { revisions, heads }: Batch, events: string): Promise<void> {
    const nowMs = this.clock.nowMs();
    const taken: ReceivedInvocation[] = [];
    const accepted: number[] = [];
    let offset = 0;
    for (const head of heads) {
      const event = events.slice(offset, (offset += head[7]));
      if (nowMs > head[6]) continue; // the gateway has refused it by now
      if (event.length !== head[7]) continue; // a gateway that writes batches otherwise: nothing of it is run, and it refuses it
      const invocation = this.unpack(
        link,
        head,
        revisions,
        decodeFlags(head[2]).external ? await this.externalEvent(head[3]) : event,
      );
      if (invocation === null) continue;
      accepted.push(head[0]);
      taken.push(invocation);
    }
    if (!link.isOpen) {
      // Lost while a large event was fetched: its gateway answers by itself.
      for (const sequence of accepted) link.finished(sequence);
      for (const _ of taken) this.answered();
      return;
    }
    if (accepted.length > 0) link.accept(accepted);
    for (const invocation of taken) this.options.onInvocation(invocation);
  }

  private unpack(
    link: ReplyLink,
    head: BatchHead,
    revisions: Batch['revisions'],
    event: string | null,
  ): ReceivedInvocation | null {
    const [sequence, index, flags, requestId, timeoutMs, waitMs] = head;
    const revision = revisions[index];
    if (revision === undefined || event === null) return null; // not accepted: the gateway answers 503
    const { kind, retryable } = decodeFlags(flags);
    const invocation = new ReceivedInvocation(
      link,
      sequence,
      this.answered,
      kind,
      revision[0],
      revision[1],
      requestId,
      event,
      timeoutMs,
      waitMs,
      retryable,
    );
    link.track(sequence, invocation);
    this.unanswered++;
    return invocation;
  }

  private async externalEvent(requestId: string): Promise<string | null> {
    // Redis away: not accepted, and its gateway refuses it.
    return this.options.redis.getdel(this.options.keys.payload(requestId)).catch(() => null);
  }

  private linkTo(replyTo: string): ReplyLink | null {
    const present = this.links.get(replyTo);
    if (present !== undefined && !present.destroyed) return present;
    try {
      const { runnerId, linkKey, logger } = this.options;
      const link: ReplyLink = new ReplyLink({
        replyTo,
        runnerId,
        linkKey,
        logger,
        onClosed: () => {
          if (this.links.get(replyTo) === link) this.links.delete(replyTo);
        },
      });
      this.links.set(replyTo, link);
      return link;
    } catch (error) {
      this.options.logger.warn('a batch names no gateway', { error: String(error) });
      return null;
    }
  }

  private readonly answered = (): void => {
    this.unanswered--;
    if (this.waitingForRoom.length > 0 && this.unanswered <= this.options.inFlightMax) {
      for (const resume of this.waitingForRoom.splice(0)) resume();
    }
    if (this.unanswered === 0) for (const resume of this.waitingForIdle.splice(0)) resume();
  };
}
