import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'bullmq';
import { type Redis } from '@sluice/redis';
import { handOverBackend, type HandOverBackend, type TakeOver } from '../hand-over-backend';

export interface HandOverWorkerOptions {
  readonly queueName: string;
  readonly prefix: string;
  /** Commands that fail fast. */
  readonly redis: Redis;
  /** For blocking commands (`maxRetriesPerRequest: null`); nobody else's. */
  readonly blockingRedis: Redis;
  /** Called with each job, in order; the next one is taken when it resolves. Its rejection is reported and changes nothing. */
  readonly takeOver: TakeOver;
  readonly onError: (error: Error) => void;
}

const RETRY_MS = 1_000;

/** Takes the jobs of a hand-over queue, one after the other, whenever there is one. */
export class HandOverWorker {
  private readonly worker: Worker<unknown, void, string, HandOverBackend>;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly options: HandOverWorkerOptions) {
    const { queueName, prefix, redis, blockingRedis, takeOver, onError } = options;
    const taking = {
      waitingRedis: blockingRedis,
      takeOver: async (data: string, text: string): Promise<void> => {
        try {
          await takeOver(data, text);
        } catch (error) {
          onError(error as Error);
        }
      },
    };
    this.worker = new Worker(
      queueName,
      null,
      {
        prefix,
        connection: blockingRedis,
        // A job that is taken is gone: nothing to lock, nothing to find stalled.
        skipLockRenewal: true,
        skipStalledCheck: true,
        skipVersionCheck: true,
      },
      handOverBackend(redis, taking),
    );
    this.worker.on('error', onError);
  }

  async start(): Promise<void> {
    await this.worker.waitUntilReady();
    this.running = this.run();
  }

  /** Takes nothing from here on; resolves once `takeOver` has resolved for what it took. */
  async stop(): Promise<void> {
    if (this.stopped) return this.running;
    this.stopped = true;
    await this.worker.getBackend().stopTaking();
    await this.running;
  }

  async close(): Promise<void> {
    await this.stop();
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
