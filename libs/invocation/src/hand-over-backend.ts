import { createRedisBackend, type BackendFactory, type JobJson, type RedisQueueBackend } from 'bullmq';
import { LuaScript, type Redis } from '@sluice/redis';

const addJob = LuaScript.load(__dirname, 'add-job-4.lua');
const takeJob = LuaScript.load(__dirname, 'take-job-3.lua');

export interface HandOverBackend extends RedisQueueBackend {
  /** Adds a job: `data` is JSON; `text` travels beside it as it is, since text inside JSON is written and read character by character. */
  handOver(data: string, text: string): Promise<string>;
  /** The text of a job that was taken here; to be asked for once. */
  textOf(jobId: string | undefined): string;
  /**
   * From here on nothing is taken. Resolves once what was taken is with the processor, which has asked for its text: a worker that is
   * paused still takes what it was waiting for.
   */
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
 * Keys and what stands in them are BullMQ's, so its tools show what waits, and a paused queue gives nothing. There are no locks, no
 * delays, priorities or limits, no events, and nothing is kept of a job that was taken.
 */
export function handOverBackend(redis: Redis): BackendFactory<HandOverBackend> {
  return (name, options, connections) => {
    const backend = createRedisBackend(name, options, connections);
    const { '': prefix, id: ids, wait, marker, meta } = backend.keys as Keys;
    const texts = new Map<string, string>();
    const waitingForQuiet: (() => void)[] = [];
    let waiting = 0;
    let taking = 0;
    let stopped = false;

    const quiet = (): boolean => taking === 0 && texts.size === 0;
    const tellQuiet = (): void => {
      if (quiet()) for (const resolve of waitingForQuiet.splice(0)) resolve();
    };

    const takeOne = async (): Promise<NextJob> => {
      const taken = (await takeJob.run(redis, [wait, marker, meta], [prefix])) as [string, string, string, number] | [];
      if (taken.length === 0) {
        waiting = 0;
        return NO_JOB;
      }
      const [id, data, text, others] = taken;
      waiting = others;
      texts.set(id, text);
      return [{ id, name, data, opts: {} }, id, 0, 0];
    };

    const take = async (): Promise<NextJob> => {
      if (stopped) {
        // It took the marker out to get here: another worker shall be woken for what waits.
        await redis.zadd(marker, 0, '0');
        return NO_JOB;
      }
      taking++;
      try {
        return await takeOne();
      } finally {
        taking--;
        tellQuiet();
      }
    };

    /** Since it was taken the job is gone; what is left to do is to fetch the next one, where one waited. */
    const finish = async (fetchNext: boolean): Promise<{ result: NextJob | undefined; finishedOn: number }> => ({
      result: !fetchNext ? undefined : waiting > 0 ? await take() : NO_JOB,
      finishedOn: Date.now(),
    });

    return Object.assign(backend, {
      handOver: async (data: string, text: string) =>
        (await addJob.run(redis, [ids, wait, marker, meta], [prefix, name, data, text, Date.now()])) as string,
      textOf: (jobId: string | undefined) => {
        const text = texts.get(jobId ?? '') ?? '';
        texts.delete(jobId ?? '');
        tellQuiet();
        return text;
      },
      stopTaking: async () => {
        stopped = true;
        if (!quiet()) await new Promise<void>((resolve) => waitingForQuiet.push(resolve));
      },
      moveToActive: take,
      moveToCompleted: (_job: unknown, _value: unknown, _remove: unknown, _token: string, fetchNext: boolean) =>
        finish(fetchNext),
      moveToFailed: (_job: unknown, _reason: string, _remove: unknown, _token: string, fetchNext: boolean) =>
        finish(fetchNext),
    });
  };
}
