import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { connectRedis, duplicateForBlocking, type Redis } from '@sluice/redis';
import { startTestRedis, waitFor, type TestRedis } from '@sluice/testing';
import { handOverBackend } from '../hand-over-backend';
import { HandOverWorker } from './hand-over-worker';

let server: TestRedis;
let redis: Redis;
const closings: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  server = await startTestRedis();
  redis = await connectRedis(server.volatileUrl, { name: 'test' });
});
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close();
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

function queue(prefix: string) {
  const made = new Queue('jobs', { prefix, connection: redis }, handOverBackend(redis));
  closings.push(() => made.close());
  return {
    add: (data: unknown, text = '') => made.getBackend().handOver(JSON.stringify(data), text),
    pause: () => made.pause(),
    resume: () => made.resume(),
    waiting: async () => (await made.getWaiting()).map((job) => job.data as unknown),
  };
}

const failures: string[] = [];

async function worker(
  prefix: string,
  take: (data: unknown, text: string) => void | Promise<void>,
): Promise<HandOverWorker> {
  const connection = duplicateForBlocking(redis, 'test');
  const made = new HandOverWorker({
    queueName: 'jobs',
    prefix,
    redis,
    blockingRedis: connection,
    takeOver: (data, text) => take(JSON.parse(data), text),
    onError: (error) => failures.push(error.message),
  });
  closings.push(async () => {
    await made.close();
    connection.disconnect();
  });
  await made.start();
  return made;
}

const freshPrefix = (): string => `{${randomUUID()}}`;

describe('a queue of hand-overs', () => {
  it('gives every job to one of its workers, once and in order, whichever of them is idle', async () => {
    const prefix = freshPrefix();
    const taken: number[][] = [[], [], []];
    for (const list of taken) await worker(prefix, (data) => void list.push(data as number));
    const jobs = queue(prefix);
    for (let job = 0; job < 500; job++) {
      const added = jobs.add(job);
      if (job % 5 === 0) await added;
    }
    await waitFor(() => taken.flat().length === 500);
    expect(taken.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, job) => job));
    for (const list of taken) expect(list).toEqual([...list].sort((a, b) => a - b));
  });

  it('carries text as it is beside the data', async () => {
    const prefix = freshPrefix();
    const texts = ['', '{"a":"\\u0000"}', 'ü\u{1f600}\n"'.repeat(10_000), 'null'];
    const taken: [unknown, string][] = [];
    await worker(prefix, (data, text) => void taken.push([data, text]));
    const jobs = queue(prefix);
    for (const [index, text] of texts.entries()) await jobs.add(index, text);
    await waitFor(() => taken.length === texts.length);
    expect(taken).toEqual(texts.map((text, index) => [index, text]));
  });

  it('keeps nothing of a job that was taken, also of one whose worker failed', async () => {
    const prefix = freshPrefix();
    const jobs = queue(prefix);
    await jobs.add('good');
    await jobs.add('bad');
    // The first is handed over as it is; the others wait where BullMQ's tools find them.
    expect(await jobs.waiting()).toEqual(['bad']);
    const taken: unknown[] = [];
    await worker(prefix, (data) => {
      taken.push(data);
      if (data === 'bad') throw new Error('bad');
    });
    await waitFor(() => taken.length === 2);
    expect(taken).toEqual(['good', 'bad']);
    await waitFor(() => failures.splice(0).includes('bad'));
    const left = await redis.keys(`${prefix}:jobs:*`);
    expect(left.map((key) => key.slice(prefix.length)).sort()).toEqual([':jobs:id', ':jobs:meta']);
  });

  it('wakes another worker for what waits behind a job that takes its time', async () => {
    const prefix = freshPrefix();
    const taken: unknown[] = [];
    let release = (): void => undefined;
    const slow = new Promise<void>((resolve) => (release = resolve));
    const take = async (data: unknown): Promise<void> => {
      taken.push(data);
      if (data === 'slow') await slow;
    };
    await worker(prefix, take);
    await worker(prefix, take);
    const jobs = queue(prefix);
    await Promise.all(['slow', 'a', 'b', 'c'].map((data) => jobs.add(data)));
    await waitFor(() => taken.length === 4);
    release();
    expect(taken).toEqual(['slow', 'a', 'b', 'c']);
  });

  it('loses nothing and gives nothing twice while workers come and go', async () => {
    const prefix = freshPrefix();
    const jobs = queue(prefix);
    const taken: number[] = [];
    const add = (): Promise<HandOverWorker> => worker(prefix, (data) => void taken.push(data as number));
    const workers = [await add(), await add()];
    for (let job = 0; job < 600; job++) {
      const added = jobs.add(job);
      if (job % 7 === 0) await added;
      if (job % 30 !== 0) continue;
      const leaving = workers.shift() as HandOverWorker;
      workers.push(await add());
      await leaving.stop();
    }
    await waitFor(() => taken.length >= 600);
    expect(taken.sort((a, b) => a - b)).toEqual(Array.from({ length: 600 }, (_, job) => job));
  });

  it('waits no longer for jobs that come once it is stopped, and leaves them to others', async () => {
    const prefix = freshPrefix();
    const jobs = queue(prefix);
    const taken: unknown[] = [];
    const leaving = await worker(prefix, (data) => void taken.push(['leaving', data]));
    await jobs.add(1);
    await waitFor(() => taken.length === 1);
    await Promise.all([leaving.stop(), leaving.close()]);
    await jobs.add(2);
    await jobs.add(3);
    await worker(prefix, (data) => void taken.push(['staying', data]));
    await waitFor(() => taken.length === 3);
    expect(taken).toEqual([
      ['leaving', 1],
      ['staying', 2],
      ['staying', 3],
    ]);
  });

  it('takes on after Redis has closed its connections', async () => {
    const prefix = freshPrefix();
    const jobs = queue(prefix);
    const taken: unknown[] = [];
    await worker(prefix, (data) => void taken.push(data));
    await jobs.add(1);
    await waitFor(() => taken.length === 1);
    await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await jobs.add(2);
    await waitFor(() => taken.length === 2);
    expect(taken).toEqual([1, 2]);
  });

  it('stops and closes also while Redis does not answer, and takes nothing when it does again', async () => {
    const prefix = freshPrefix();
    const jobs = queue(prefix);
    const taken: unknown[] = [];
    const leaving = await worker(prefix, (data) => void taken.push(data));
    await jobs.add(1);
    await waitFor(() => taken.length === 1);
    const pid = server.pids.volatile();
    if (pid === undefined) throw new Error('the volatile server runs');
    process.kill(pid, 'SIGSTOP');
    try {
      await leaving.stop();
      await leaving.close();
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await jobs.add(2);
    await worker(prefix, (data) => void taken.push(['next', data]));
    await waitFor(() => taken.length === 2);
    expect(taken).toEqual([1, ['next', 2]]);
  });

  it('takes what waits although the marker that said so was lost', async () => {
    const prefix = freshPrefix();
    const jobs = queue(prefix);
    for (const data of ['handed', 'a', 'b']) await jobs.add(data);
    await redis.del(`${prefix}:jobs:marker`);
    const taken: unknown[] = [];
    const slow = await worker(prefix, (data) => void taken.push(data));
    await waitFor(() => taken.length === 3);
    expect(taken).toEqual(['handed', 'a', 'b']);
    await jobs.pause();
    for (const data of ['c', 'd']) await jobs.add(data);
    await redis.hdel(`${prefix}:jobs:meta`, 'paused');
    await waitFor(() => taken.length === 5);
    expect(taken.slice(3)).toEqual(['c', 'd']);
    await slow.stop();
  });

  it('gives nothing while it is paused, and all that came meanwhile afterwards', async () => {
    const prefix = freshPrefix();
    const jobs = queue(prefix);
    await jobs.pause();
    const taken: unknown[] = [];
    await jobs.add(1);
    await worker(prefix, (data) => void taken.push(data));
    await jobs.add(2);
    expect(await jobs.waiting()).toHaveLength(2);
    expect(taken).toEqual([]);
    await jobs.resume();
    await waitFor(() => taken.length === 2);
    expect(taken).toEqual([1, 2]);
  });
});
