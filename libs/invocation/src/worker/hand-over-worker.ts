import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'bullmq';
import { type Redis } from '@sluice/redis';
import { handOverBackend, type HandOverBackend, type TakeOver } from '../hand-over-backend';

export interface HandOverWorkerOptions {
  readonly queueName: string;
  readonly prefix: string;
  /** For blocking commands (`maxRetriesPerRequest: null`). */
  readonly redis: Redis;
  /** Called with each job, in order; the next one is taken when it resolves. Its rejection is reported and changes nothing. */
  readonly takeOver: TakeOver;
  readonly onError: (error: Error) => void;
}

const RETRY_MS = 1_000;
/** How long one wait for a job is. */
const WAIT_S = 5;

/** Takes the jobs of a hand-over queue, one after the other, whenever there is one. */
export class HandOverWorker {
  private readonly worker: Worker<unknown, void, string, HandOverBackend>;
  private stopped = false;

  constructor(private readonly options: HandOverWorkerOptions) {
    const { queueName, prefix, redis, takeOver, onError } = options;
    this.worker = new Worker(
      queueName,
      null,
      {
        prefix,
        connection: redis,
        // A job that is taken is gone: nothing to lock, nothing to find stalled.
        skipLockRenewal: true,
        skipStalledCheck: true,
        drainDelay: WAIT_S,
        skipVersionCheck: true,
      },
      handOverBackend(redis, async (data, text) => {
        try {
          await takeOver(data, text);
        } catch (error) {
          onError(error as Error);
        }
      }),
    );
    this.worker.on('error', onError);
  }

  async start(): Promise<void> {
    await this.worker.waitUntilReady();
    void this.run();
  }

  /** Takes nothing from here on; resolves once what it took is taken over. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.worker.getBackend().stopTaking();
  }

  async close(): Promise<void> {
    this.stopped = true;
    await this.worker.close(true);
  }

  /** Every job is taken over inside `getNextJob`, by the backend. */
  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.worker.getNextJob('', { block: true });
      } catch (error) {
        if (this.stopped) return;
        this.options.onError(error as Error);
        await delay(RETRY_MS, undefined, { ref: false });
      }
    }
  }
}
