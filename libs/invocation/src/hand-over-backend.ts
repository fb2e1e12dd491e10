import { createRedisBackend, type BackendFactory, type JobJson, type RedisQueueBackend } from 'bullmq';
import { LuaScript, type Redis } from '@sluice/redis';

const addJob = LuaScript.load(__dirname, 'add-job-4.lua');
const takeJob = LuaScript.load(__dirname, 'take-job-3.lua');

/** Takes a job over. What it resolves with is room for the next one. */
export type TakeOver = (data: string, text: string) => void | Promise<void>;

export interface HandOverBackend extends RedisQueueBackend {
  /** Adds a job: `data` is JSON; `text` travels beside it as it is, since text inside JSON is written and read character by character. */
  handOver(data: string, text: string): Promise<string>;
  /** From here on nothing is taken. Resolves once what was taken has been handed on: a worker that is told to stop still takes what it was waiting for. */
  stopTaking(): Promise<void>;
}

type Keys = Readonly<Record<'' | 'id' | 'wait' | 'marker' | 'meta', string>>;
/** What BullMQ's worker asks its backend for: the job as JSON or null, its id, ms of a rate limit, epoch ms of a delayed job. */
type NextJob = [
  job: Pick<JobJson, 'id' | 'name' | 'data' | 'opts'> | null,
  id: string,
  limitMs: number,
  delayedToMs: number,
];
const NO_JOB: NextJob = [null, '', 0, 0];

/**
 * BullMQ's Redis backend for a queue whose jobs are hand-overs: taking one ends it. That is two script calls a job; BullMQ's own
 * are four and larger (add; take and lock; finish; ask in vain, since taking sets the marker anew), for jobs that somebody may have
 * to take a second time. A batch whose runner dies before it said `accepted` never may: its gateway refuses it.
 *
 * What is taken goes to `takeOver` at once, and the worker is told that there was nothing: a job that is over needs none of the
 * states a worker leads a job through, which cost as much again as all the runner does with a batch.
 *
 * Keys and what stands in them are BullMQ's, so its tools show what waits, and a paused queue gives nothing. There are no locks, no
 * delays, priorities or limits, no events, and nothing is kept of a job that was taken.
 */
export function handOverBackend(
  redis: Redis,
  takeOver: TakeOver = () => undefined,
): BackendFactory<HandOverBackend> {
  return (name, options, connections) => {
    const backend = createRedisBackend(name, options, connections);
    const { '': prefix, id: ids, wait, marker, meta } = backend.keys as Keys;
    const waitingForQuiet: (() => void)[] = [];
    let asking = false;
    let stopped = false;

    /** Says how many jobs wait behind the one it took; 0 also when there was none. */
    const takeOne = async (): Promise<number> => {
      asking = true;
      let handedOn: void | Promise<void>;
      let others = 0;
      try {
        const taken = (await takeJob.run(redis, [wait, marker, meta], [prefix])) as [] | [string, string, number];
        if (taken.length === 0) return 0;
        others = taken[2];
        handedOn = takeOver(taken[0], taken[1]);
      } finally {
        asking = false;
        for (const resolve of waitingForQuiet.splice(0)) resolve();
      }
      await handedOn;
      return others;
    };

    const take = async (): Promise<NextJob> => {
      let others = 1;
      while (others > 0 && !stopped) others = await takeOne();
      // It took the marker out to get here: another worker shall be woken for what waits.
      if (stopped) await redis.zadd(marker, 0, '0');
      return NO_JOB;
    };

    return Object.assign(backend, {
      handOver: async (data: string, text: string) =>
        (await addJob.run(redis, [ids, wait, marker, meta], [prefix, name, data, text, Date.now()])) as string,
      stopTaking: async () => {
        stopped = true;
        if (asking) await new Promise<void>((resolve) => waitingForQuiet.push(resolve));
      },
      moveToActive: take,
    });
  };
}
