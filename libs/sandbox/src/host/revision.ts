import type ivm from 'isolated-vm';
import { type HostRevision } from '../channel';
import { type Environment } from './environment';
import { type InitFailure } from './init-failure';

/** One invocation as the host knows it, from its frame to its result. */
export interface Invocation {
  readonly id: number;
  readonly revision: Revision;
  readonly requestId: string;
  readonly timeoutMs: number;
  /** It is answered `waitTimeout` when it has not started by then. Times are of `performance.now()`. */
  readonly startByMs: number;
  readonly event: string;
  startedAtMs: number;
  cpuUs: number;
  /** Of the cold start it waited for; 0 on a warm environment. */
  initUs: number;
  /** Log lines sent ahead of its result. */
  logs: string;
}

const RECENT_INVOCATIONS = 100;
/** One call carries at most so much of a function's usual running time. */
const CALL_US_MAX = 5_000;
const CALL_EVENTS_MAX = 128;
const CALL_CHARACTERS_MAX = 4 * 1024 * 1024;

/** A loaded revision: its code, the environments that run it and the invocations that wait for one. */
export class Revision {
  /** Newest last: the warmest is taken first. */
  readonly idle: Environment[] = [];
  readonly environments = new Set<Environment>();
  starting = 0;
  unloaded = false;
  initFailure: InitFailure | null = null;
  /** Sooner than any `startByMs` in the queue, or equal to the soonest. */
  startByMs = Infinity;
  private readonly queue: Invocation[] = [];
  private queueHead = 0;
  private meanUs = -1;

  constructor(
    readonly handle: number,
    readonly config: HostRevision,
    readonly code: string,
    readonly codeCache: ivm.ExternalCopy<ArrayBuffer> | null,
  ) {}

  get waiting(): number {
    return this.queue.length - this.queueHead;
  }

  enqueue(invocation: Invocation): void {
    this.queue.push(invocation);
    if (invocation.startByMs < this.startByMs) this.startByMs = invocation.startByMs;
  }

  /** Puts back, in front, what was handed out and has not started. */
  requeue(invocations: readonly Invocation[]): void {
    this.queue.splice(0, this.queueHead, ...invocations);
    this.queueHead = 0;
    for (const { startByMs } of invocations) if (startByMs < this.startByMs) this.startByMs = startByMs;
  }

  peek(): Invocation | undefined {
    return this.queue[this.queueHead];
  }

  /** The events of the next call: about 5 ms by what this function took lately, a single one while that is unknown or longer. */
  takeBatch(): Invocation[] {
    let left =
      this.meanUs < 0 ? 1 : Math.max(1, Math.min(CALL_EVENTS_MAX, Math.floor(CALL_US_MAX / (this.meanUs + 1))));
    const batch: Invocation[] = [];
    let characters = 0;
    while (left > 0 && this.queueHead < this.queue.length) {
      const invocation = this.queue[this.queueHead] as Invocation;
      characters += invocation.event.length;
      if (batch.length > 0 && characters > CALL_CHARACTERS_MAX) break;
      batch.push(invocation);
      this.queueHead++;
      left--;
    }
    this.compact();
    return batch;
  }

  /** Takes out of the queue whatever the test says. */
  removeWaiting(test: (invocation: Invocation) => boolean): Invocation[] {
    const removed: Invocation[] = [];
    const kept: Invocation[] = [];
    for (let at = this.queueHead; at < this.queue.length; at++) {
      const invocation = this.queue[at] as Invocation;
      (test(invocation) ? removed : kept).push(invocation);
    }
    this.queue.splice(0, this.queue.length, ...kept);
    this.queueHead = 0;
    this.startByMs = kept.reduce((soonest, { startByMs }) => Math.min(soonest, startByMs), Infinity);
    return removed;
  }

  /** Moving mean over about the last hundred; one long run counts at once, so a batch never outruns a function that slowed down. */
  recordDuration(durationUs: number): void {
    if (this.meanUs < 0) this.meanUs = durationUs;
    else if (durationUs > CALL_US_MAX && durationUs > this.meanUs) this.meanUs += (durationUs - this.meanUs) / 4;
    else this.meanUs += (durationUs - this.meanUs) / RECENT_INVOCATIONS;
  }

  private compact(): void {
    if (this.queueHead === this.queue.length) {
      this.queue.length = 0;
      this.queueHead = 0;
      this.startByMs = Infinity;
    } else if (this.queueHead > 1_024 && this.queueHead * 2 > this.queue.length) {
      this.queue.splice(0, this.queueHead);
      this.queueHead = 0;
    }
  }
}
