import { randomUUID } from 'node:crypto';
import { createRedisBackend, type BackendFactory, type JobJson, type RedisQueueBackend } from 'bullmq';
import { LuaScript, type Redis } from '@sluice/redis';

const addJob = LuaScript.load(__dirname, 'add-job-5.lua');
const takeJob = LuaScript.load(__dirname, 'take-job-4.lua');
const waitingJobs = LuaScript.load(__dirname, 'waiting-jobs-2.lua');

/** Takes a job over. What it resolves with is room for the next one. */
export type TakeOver = (data: string, text: string) => void | Promise<void>;

export interface Taking {
  /** For blocking commands; sends again what was under way when it has to reconnect. */
  readonly waitingRedis: Redis;
  readonly takeOver: TakeOver;
}

export interface HandOverBackend extends RedisQueueBackend {
  /**
   * Adds a job and gives its id: `data` is JSON; `text` travels beside it as it is, since text inside JSON is written and read
   * character by character.
   */
  handOver(data: string, text: string): Promise<number>;
  /** The ids of the jobs that nobody has taken. */
  waitingJobs(): Promise<ReadonlySet<number>>;
  /** Ends a wait for a job; from here on only what is under way is taken. */
  stopTaking(): Promise<void>;
}

type Keys = Readonly<Record<'' | 'id' | 'wait' | 'marker' | 'meta', string>>;
/** What BullMQ's worker asks its backend for: the job as JSON or null, its id, ms of a rate limit, epoch ms of a delayed job. */
type NextJob = [job: JobJson | null, id: string, limitMs: number, delayedToMs: number];
const NO_JOB: NextJob = [null, '', 0, 0];
/** What the marker says to a worker: do not ask for a job, wait for the next marker. */
const NOTHING_TO_ASK_FOR = { member: '', score: Infinity };
/**
 * How long one wait is. A worker that is stopped or cut off while it waits can swallow one job in that time; and what a lost marker
 * has left behind is found when it is over.
 */
const WAIT_S = 1;
/** Redis ends a wait; one that has not ended so much later is on a connection that is dead. */
const LATE_MS = 1_000;
const STOP_KEY_S = 60;

/**
 * BullMQ's Redis backend for a queue whose jobs are hand-overs: taking one ends it. A job for which a worker waits is one script call,
 * and comes with the worker's wake-up; one that finds others waiting is in BullMQ's list and taken by a second script. BullMQ's own
 * are four calls a job and larger (add; take and lock; finish; ask in vain, since taking sets the marker anew), for jobs that somebody
 * may have to take a second time. A batch whose runner dies before it said `accepted` never may: its gateway refuses it.
 *
 * What is taken goes to `takeOver` at once, and the worker is told that there was nothing: a job that is over needs none of the
 * states a worker leads a job through, which cost as much again as all the runner does with a batch.
 *
 * List, marker and pause are BullMQ's, so its tools show what waits behind the job that is handed over, and a paused queue gives
 * nothing but that one. There are no locks, no delays, priorities or limits, no events, and nothing is kept of a job that was taken.
 */
export function handOverBackend(redis: Redis, taking: Taking | null = null): BackendFactory<HandOverBackend> {
  return (name, options, connections) => {
    // Waiting is done here, on a connection of the worker's owner.
    const backend = createRedisBackend(name, options, { ...connections, withBlockingConnection: false });
    const { '': prefix, id: ids, wait, marker, meta } = backend.keys as Keys;
    const handed = `${prefix}handed`;
    const stopKey = `${prefix}stop:${randomUUID()}`;
    let stopped = false;
    /** A marker that this worker took out says something about jobs in the list: whoever does not take them puts it back. */
    let hasMarker = false;

    let giveUp = (): void => undefined;

    /** What a command on the waiting connection answers; null once nobody waits for that any more. */
    const untilGivenUp = <Answer>(command: Promise<Answer>): Promise<Answer | null> =>
      new Promise((resolve, reject) => {
        giveUp = () => resolve(null);
        command.then(resolve, reject);
      });

    const waitForJob = async (seconds: number): Promise<{ member: string; score: number } | null> => {
      if (taking === null || stopped) return null;
      // A take failed: what it was to ask for still waits.
      if (hasMarker) return { member: '0', score: 0 };
      const { waitingRedis } = taking;
      const waitS = Math.min(seconds, WAIT_S);
      const watchdog = setInterval(() => waitingRedis.disconnect(true), waitS * 1_000 + LATE_MS);
      const popped = await untilGivenUp(waitingRedis.bzpopmin(handed, marker, stopKey, waitS)).finally(() =>
        clearInterval(watchdog),
      );
      // Taken out of the answer, which ioredis keeps until the next major garbage collection.
      const [key, member, score] = popped?.splice(0) ?? [];
      if (key === handed && member !== undefined) {
        await handOn(taking, member);
        return NOTHING_TO_ASK_FOR;
      }
      hasMarker = key === marker;
      return key === marker && member !== undefined ? { member, score: Number(score) } : null;
    };

    const take = async (): Promise<NextJob> => {
      while (taking !== null && !stopped) {
        // On the connection that has just waited: there no answer comes too late, with a job that would then be nobody's.
        const taken = (await untilGivenUp(takeJob.run(taking.waitingRedis, [wait, marker, meta, handed], [prefix]))) as
          (string | number)[] | null;
        if (taken === null) break;
        hasMarker = false;
        const [job, others] = taken.splice(0) as [job?: string, others?: number];
        if (job === undefined) break;
        await handOn(taking, job);
        if (others === 0) break;
      }
      if (stopped && hasMarker) {
        hasMarker = false;
        await redis.zadd(marker, 0, '0');
      }
      return NO_JOB;
    };

    return Object.assign(backend, {
      handOver: async (data: string, text: string) => {
        const job = `${data}\n${text}`;
        return Number(await addJob.run(redis, [ids, wait, marker, meta, handed], [prefix, name, job, Date.now()]));
      },
      waitingJobs: async () => new Set(((await waitingJobs.run(redis, [wait, handed], [])) as string[]).map(Number)),
      stopTaking: async () => {
        stopped = true;
        try {
          await redis.multi().zadd(stopKey, 0, '0').expire(stopKey, STOP_KEY_S).exec();
        } catch {
          // Redis is away: when it is back it must not find anybody who still waits.
          taking?.waitingRedis.disconnect();
          giveUp();
        }
      },
      waitForJob,
      moveToActive: take,
    });
  };
}

/** JSON has no line feed, so the first one is where the text begins. */
async function handOn({ takeOver }: Taking, job: string): Promise<void> {
  const lineFeed = job.indexOf('\n');
  await takeOver(job.slice(0, lineFeed), job.slice(lineFeed + 1));
}
