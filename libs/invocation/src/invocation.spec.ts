import { randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:net';
import { LIMITS, OUTCOME, type SluiceError } from '@sluice/contracts';
import { createLogger } from '@sluice/logging';
import { connectRedis, duplicateForBlocking, RedisKeys, type Redis } from '@sluice/redis';
import { startTestRedis, waitFor, type TestRedis } from '@sluice/testing';
import {
  InvocationClient,
  type InvocationRequest,
  type InvocationResult,
  type ReceivedInvocation,
  InvocationWorker,
} from './index';

const linkKey = randomBytes(32);
const logger = createLogger({ name: 'test', level: 'fatal' });
const head = { durationUs: 1_000, initUs: 0 };

let redis: TestRedis;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  redis = await startTestRedis();
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
afterAll(async () => {
  await redis.stop();
});

async function connection(): Promise<Redis> {
  const made = await connectRedis(redis.volatileUrl, { name: 'test' });
  cleanups.push(async () => made.disconnect());
  return made;
}

async function client(keys: RedisKeys, acceptByMs = 5_000): Promise<InvocationClient> {
  const linkAddress = `unix:${join(tmpdir(), `link-${randomUUID()}.sock`)}`;
  const made = new InvocationClient({ redis: await connection(), keys, linkKey, linkAddress, logger, acceptByMs });
  await made.start();
  cleanups.push(() => made.close());
  return made;
}

async function worker(
  keys: RedisKeys,
  onInvocation: (invocation: ReceivedInvocation) => void,
  key = linkKey,
  inFlightMax = 1_000,
): Promise<InvocationWorker> {
  const commands = await connection();
  const blockingRedis = duplicateForBlocking(commands, 'test-blocking');
  const made = new InvocationWorker({
    redis: commands,
    blockingRedis,
    keys,
    linkKey: key,
    runnerId: randomUUID(),
    logger,
    inFlightMax,
    onInvocation,
  });
  await made.start();
  cleanups.push(async () => {
    await made.close();
    blockingRedis.disconnect();
  });
  return made;
}

function request(event: string, changes: Partial<InvocationRequest> = {}): InvocationRequest {
  return {
    kind: 'invoke',
    functionName: 'f',
    revision: 'r1',
    requestId: randomUUID(),
    event,
    timeoutMs: 3_000,
    retryable: false,
    ...changes,
  };
}

function freshKeys(): RedisKeys {
  return new RedisKeys(`test-${randomUUID()}:`);
}

describe('an invocation', () => {
  it('reaches a runner with everything it was given, and its answer comes back', async () => {
    const keys = freshKeys();
    const seen: ReceivedInvocation[] = [];
    await worker(keys, (invocation) => {
      seen.push(invocation);
      invocation.answer(OUTCOME.functionError, { durationUs: 1_234, initUs: 56 }, '{"errorMessage":"ü"}');
    });
    const gateway = await client(keys);
    const result = await gateway.invoke(
      request('{"ü":1}', { functionName: 'pay', revision: 'abc', timeoutMs: 777, retryable: true }),
    );
    expect(result).toEqual({
      outcome: OUTCOME.functionError,
      result: '{"errorMessage":"ü"}',
      durationUs: 1_234,
      initUs: 56,
    });
    expect(seen[0]).toMatchObject({
      kind: 'invoke',
      functionName: 'pay',
      revision: 'abc',
      event: '{"ü":1}',
      timeoutMs: 777,
      waitMs: 777,
      retryable: true,
    });
    expect(gateway.inFlight).toBe(0);
  });

  it('is settled exactly once among thousands, each with its own answer', async () => {
    const keys = freshKeys();
    await worker(keys, (invocation) =>
      invocation.answer(OUTCOME.ok, head, `${invocation.functionName}:${invocation.event}`),
    );
    const gateway = await client(keys);
    const answers = await Promise.all(
      Array.from({ length: 3_000 }, (_, index) =>
        gateway.invoke(request(`${index}`, { functionName: `f${index % 7}`, revision: `r${index % 7}` })),
      ),
    );
    expect(answers.map(({ result }) => result)).toEqual(
      Array.from({ length: 3_000 }, (_, index) => `f${index % 7}:${index}`),
    );
  });

  it('with a large event arrives whole beside small ones', async () => {
    const keys = freshKeys();
    await worker(keys, (invocation) => invocation.answer(OUTCOME.ok, head, String(invocation.event.length)));
    const gateway = await client(keys);
    const sizes = [1, 100_000, 200_000, 5_000_000, 3];
    const answers = await Promise.all(sizes.map((size) => gateway.invoke(request('x'.repeat(size)))));
    expect(answers.map(({ result }) => Number(result))).toEqual(sizes);
  });

  it('that no runner takes is refused after acceptBy and never runs later', async () => {
    const keys = freshKeys();
    const gateway = await client(keys, 100);
    await expect(gateway.invoke(request('{}'))).rejects.toMatchObject({ code: 'NOT_ACCEPTED' });
    const ran: string[] = [];
    await worker(keys, (invocation) => {
      ran.push(invocation.event);
      invocation.answer(OUTCOME.ok, head, 'null');
    });
    await gateway.invoke(request('"later"', { acceptByMs: 3_000 }));
    expect(ran).toEqual(['"later"']);
  });

  it('is not refused for a burst after quiet times', async () => {
    const keys = freshKeys();
    await worker(keys, (invocation) => invocation.answer(OUTCOME.ok, head, 'null'));
    const gateway = await client(keys, 1_000);
    for (let call = 0; call < 20; call++) await gateway.invoke(request('1'));
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => gateway.invoke(request('1'))));
    expect(answers.every(({ outcome }) => outcome === OUTCOME.ok)).toBe(true);
  });

  it('over the bound of what a gateway holds is refused at once', async () => {
    const keys = freshKeys();
    const gateway = await client(keys, 1_000);
    const settled: unknown[] = [];
    for (let count = 0; count < 10_000; count++)
      gateway.submit(request('1'), (settlement) => settled.push((settlement as { code?: string }).code));
    expect(() => gateway.submit(request('1'), () => undefined)).toThrow('This gateway holds 10000 invocations');
    await waitFor(() => settled.length === 10_000, { timeoutMs: 10_000 });
    expect(new Set(settled)).toEqual(new Set(['NOT_ACCEPTED']));
  });

  it('whose caller leaves is told to the runner and still settled', async () => {
    const keys = freshKeys();
    const cancelled: string[] = [];
    let taken = 0;
    await worker(keys, (invocation) => {
      taken++;
      invocation.onCancel = () => {
        cancelled.push(invocation.requestId);
        invocation.answer(OUTCOME.cancelled, head, '');
      };
      if (invocation.cancelled) invocation.onCancel();
    });
    const gateway = await client(keys);
    const outcomes: unknown[] = [];
    const late = request('1');
    const early = request('2');
    const handle = gateway.submit(late, (settlement) => outcomes.push((settlement as InvocationResult).outcome));
    gateway.submit(early, (settlement) => outcomes.push((settlement as InvocationResult).outcome)).cancel();
    await waitFor(() => taken === 2);
    handle.cancel();
    await waitFor(() => outcomes.length === 2);
    expect(outcomes).toEqual([OUTCOME.cancelled, OUTCOME.cancelled]);
    expect(new Set(cancelled)).toEqual(new Set([late.requestId, early.requestId]));
  });

  it('is lost within a second when its runner goes away', async () => {
    const keys = freshKeys();
    let taken = 0;
    const runner = await worker(keys, () => taken++);
    const gateway = await client(keys);
    const lost = gateway.invoke(request('1', { timeoutMs: 60_000 }));
    const settled = lost.then(
      () => null,
      (error: { code: string }) => error.code,
    );
    await waitFor(() => taken === 1);
    const startedAtMs = performance.now();
    await runner.close();
    expect(await settled).toBe('HOST_LOST');
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  });

  it('is not taken while the runner holds as many as it may', async () => {
    const keys = freshKeys();
    const held: ReceivedInvocation[] = [];
    const runner = await worker(keys, (invocation) => held.push(invocation), linkKey, 8);
    const gateway = await client(keys);
    const answers = Promise.all(Array.from({ length: 2_000 }, (_, index) => gateway.invoke(request(`${index}`))));
    await waitFor(() => runner.inFlight > 8);
    // One batch may be under way when the bound is reached; the rest waits in Redis and in the gateway.
    expect(runner.inFlight).toBeLessThanOrEqual(8 + LIMITS.batchInvocationsMax);
    const answerAll = setInterval(
      () => held.splice(0).forEach((invocation) => invocation.answer(OUTCOME.ok, head, invocation.event)),
      1,
    );
    expect((await answers).map(({ result }) => result)).toEqual(
      Array.from({ length: 2_000 }, (_, index) => `${index}`),
    );
    clearInterval(answerAll);
  });

  it('taken by a runner that ends before it says so is lost within a second, or sent again where it may run twice; one that still waits waits on', async () => {
    const keys = freshKeys();
    const gateway = await client(keys);
    const answering = (invocation: ReceivedInvocation): void => invocation.answer(OUTCOME.ok, head, invocation.event);
    const leaving = await worker(keys, answering);
    expect(await gateway.invoke(request('"before"'))).toMatchObject({ result: '"before"' });
    await leaving.drain();
    const lost = gateway.invoke(request('"lost"')).catch((error: SluiceError) => error.code);
    const again = gateway.invoke(request('"again"', { retryable: true }));
    const commands = await connection();
    const handed = `${keys.queuePrefix('sync', 0)}:invocations:handed`;
    await waitFor(async () => (await commands.exists(handed)) === 1);
    const waiting = gateway.invoke(request('"waiting"'));
    await waitFor(async () => (await commands.llen(`${keys.queuePrefix('sync', 0)}:invocations:wait`)) === 1);
    const startedAtMs = performance.now();
    // What a worker does whose process ends in the next moment.
    await commands.zpopmin(handed);
    await leaving.close();
    expect(await lost).toBe('HOST_LOST');
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
    await worker(keys, answering);
    expect(await again).toMatchObject({ result: '"again"' });
    expect(await waiting).toMatchObject({ result: '"waiting"' });
  });

  it('that is never answered does not keep a full runner from closing', async () => {
    const keys = freshKeys();
    const gateway = await client(keys);
    let taken = 0;
    const runner = await worker(keys, () => void taken++, linkKey, 0);
    const settled = gateway.invoke(request('{}')).catch((error: SluiceError) => error.code);
    await waitFor(() => taken === 1);
    await runner.close();
    expect(await settled).toBe('HOST_LOST');
  });

  it('taken before a drain is answered by it', async () => {
    const keys = freshKeys();
    const held: ReceivedInvocation[] = [];
    const runner = await worker(keys, (invocation) => held.push(invocation));
    const gateway = await client(keys);
    const answer = gateway.invoke(request('1'));
    await waitFor(() => held.length === 1);
    const drained = runner.drain();
    held[0]?.answer(OUTCOME.ok, head, 'done');
    await drained;
    expect((await answer).result).toBe('done');
  });
});

describe('the reply link', () => {
  it('of a runner with another link key is refused: its answers count for nothing', async () => {
    const keys = freshKeys();
    await worker(keys, (invocation) => invocation.answer(OUTCOME.ok, head, 'forged'), randomBytes(32));
    const gateway = await client(keys, 300);
    await expect(gateway.invoke(request('1'))).rejects.toMatchObject({ code: 'NOT_ACCEPTED' });
  });

  it('closes on anything but a proof', async () => {
    const address = join(tmpdir(), `link-${randomUUID()}.sock`);
    const keys = freshKeys();
    const gateway = new InvocationClient({
      redis: await connection(),
      keys,
      linkKey,
      linkAddress: `unix:${address}`,
      logger,
    });
    await gateway.start();
    cleanups.push(() => gateway.close());
    const socket = connect(address);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined).resume();
    socket.write(Buffer.from([0, 0, 0, 6, 7, 0, 0, 0, 1, 0]));
    await closed;
    expect(socket.destroyed).toBe(true);
  });
});
