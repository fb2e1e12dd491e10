import { RedisKeys, RedisRoles } from '@sluice/redis';
import { startTestRedis, waitFor, type TestRedis } from '@sluice/testing';
import { withFlush, NO_FLUSHES } from './flushes';
import { ResponseCache, type Turn } from './response-cache';
import { storable, testSlot } from './store/storable.fixture';
import { type CacheSlot } from './store/stored-response';

let redis: TestRedis;
let roles: RedisRoles;
let one: ResponseCache;
let other: ResponseCache;
let problems: string[];

function open(): ResponseCache {
  return new ResponseCache({
    redis: roles.volatile,
    subscriber: roles.forBlocking('volatile', 'cache'),
    keys: new RedisKeys(),
    encryptionKey: Buffer.alloc(32, 1),
    memoryBytesMax: 1024 * 1024,
    redisBytesMax: 32 * 1024 * 1024,
    nowMs: () => performance.now(),
    onError: (message) => problems.push(message),
  });
}

beforeAll(async () => {
  redis = await startTestRedis();
  roles = await RedisRoles.connect({ redisUrl: redis.url, redisVolatileUrl: redis.volatileUrl }, { name: 'spec' });
});
beforeEach(async () => {
  problems = [];
  await roles.volatile.flushall();
  [one, other] = [open(), open()];
  await Promise.all([one.start(), other.start()]);
});
afterEach(() => {
  one.stop();
  other.stop();
});
afterAll(async () => {
  await roles.close();
  await redis.stop();
});

const slot = testSlot('key');
const find = (cache: ResponseCache, { key }: CacheSlot = slot): string | null =>
  cache.find(key, performance.now())?.content.body.toString() ?? null;
const textOf = (turn: Turn): string => (turn.kind === 'stored' ? turn.response.content.body.toString() : turn.kind);

async function lead(cache: ResponseCache, of = slot, replace = false) {
  const turn = replace ? await cache.replace(of, false) : await cache.take(of, false, 5_000);
  if (turn.kind !== 'lead') throw new Error(`is not the one that fetches: ${turn.kind}`);
  return turn.flight;
}

describe('an answer that many ask for at once', () => {
  test('is fetched by one of all gateways; the others get it, and then have it in memory', async () => {
    const flight = await lead(one);
    const waiting = [one, one, other, other].map((cache) => cache.take(slot, false, 5_000));
    one.keep(flight, storable({ text: 'fetched once' }));
    expect((await Promise.all(waiting)).map(textOf)).toEqual(Array(4).fill('fetched once'));
    expect([find(one), find(other)]).toEqual(['fetched once', 'fetched once']);
  });

  test('that may not be shared is asked for by each, and for a moment nobody waits', async () => {
    const flight = await lead(one);
    const waiting = [one, other].map((cache) => cache.take(slot, false, 5_000));
    one.pass(flight);
    expect((await Promise.all(waiting)).map(textOf)).toEqual(['pass', 'pass']);
    expect(textOf(await one.take(slot, false, 5_000))).toBe('pass');
    expect(textOf(await other.take(slot, false, 5_000))).toBe('pass');
  });

  test('and whose fetch fails gives those who wait in the gateway the same error; another gateway tries itself', async () => {
    const flight = await lead(one);
    const [here, there] = [one.take(slot, false, 5_000), other.take(slot, false, 5_000)];
    one.fail(flight, new Error('boom'));
    await expect(here).rejects.toThrow('boom');
    expect((await there).kind).toBe('lead');
  });

  test('and whose client leaves is fetched by the next one', async () => {
    const flight = await lead(one);
    const waiting = [one.take(slot, false, 5_000), one.take(slot, false, 5_000)];
    one.abandon(flight);
    const first = await Promise.race(waiting);
    if (first.kind !== 'lead') throw new Error('nobody took over');
    one.keep(first.flight, storable({ text: 'taken over' }));
    expect((await Promise.all(waiting)).map(textOf).sort()).toEqual(['lead', 'taken over']);
  });

  test('is waited for no longer than the route allows', async () => {
    await lead(one);
    await expect(one.take(slot, false, 20)).rejects.toMatchObject({ code: 'FUNCTION_TIMEOUT' });
    await expect(other.take(slot, false, 20)).rejects.toMatchObject({ code: 'FUNCTION_TIMEOUT' });
  });

  test('is fetched by another gateway when the first one dies', async () => {
    await lead(one);
    one.stop();
    expect((await other.take(slot, false, 10_000)).kind).toBe('lead');
  });

  test('is not kept when its lock went to another gateway meanwhile', async () => {
    const late = await lead(one);
    const newer = await lead(other, slot, true);
    other.keep(newer, storable({ text: 'newer' }));
    await waitFor(async () => textOf(await open2().take(slot, false, 1_000)) === 'newer');
    one.keep(late, storable({ text: 'late' }));
    expect(textOf(await open2().take(slot, false, 1_000))).toBe('newer');
  });
});

/** A gateway that has nothing in memory: it shows what Redis holds. */
function open2(): ResponseCache {
  const cache = open();
  cache.stop();
  return cache;
}

describe('an answer that is replaced', () => {
  test('is replaced on every gateway', async () => {
    one.keep(await lead(one), storable({ text: 'old' }));
    await waitFor(async () => textOf(await other.take(slot, false, 1_000)) === 'old');
    one.keep(await lead(one, slot, true), storable({ text: 'new' }));
    await waitFor(() => find(other) === null);
    expect(textOf(await other.take(slot, false, 1_000))).toBe('new');
  });

  test('by one that may not be kept is gone', async () => {
    one.keep(await lead(one), storable({ text: 'old' }));
    one.pass(await lead(one, slot, true));
    expect(find(one)).toBeNull();
    await waitFor(async () => (await open2().take(slot, false, 1_000)).kind !== 'stored');
  });
});

test('a gateway that was cut off forgets its memory: it may have missed that an answer became old', async () => {
  one.keep(await lead(one), storable({ text: 'kept' }));
  await waitFor(async () => textOf(await other.take(slot, false, 1_000)) === 'kept');
  await roles.volatile.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await waitFor(() => find(one) === null && find(other) === null);
  expect(textOf(await one.take(slot, false, 1_000))).toBe('kept');
});

describe('an answer in its stale time', () => {
  test('is asked for anew by one request of all gateways', async () => {
    one.keep(await lead(one), storable({ text: 'stale', freshMs: 1, staleMs: 60_000 }));
    await waitFor(async () => textOf(await other.take(slot, false, 1_000)) === 'stale');
    const stale = await waitFor(() => one.find(slot.key, performance.now()));
    const staleThere = await waitFor(() => other.find(slot.key, performance.now()));
    await waitFor(() => Math.max(stale.freshUntilMs, staleThere.freshUntilMs) < performance.now());
    const flights = await Promise.all([
      one.refresh(stale, false),
      one.refresh(stale, false),
      other.refresh(staleThere, false),
    ]);
    const [flight, ...more] = flights.filter((candidate) => candidate !== null);
    expect(more).toEqual([]);
    if (flight === undefined) throw new Error('nobody asks');
    (flight === flights[2] ? other : one).keep(flight, storable({ text: 'fresh' }));
    await waitFor(async () => textOf(await other.take(slot, false, 1_000)) === 'fresh');
    await waitFor(async () => textOf(await one.take(slot, false, 1_000)) === 'fresh');
  });
});

describe('answers of a path that an unsafe request changed', () => {
  test('are gone on every gateway, and one that was being fetched is not kept', async () => {
    const [before, during] = [testSlot('before', '/a'), testSlot('during', '/a')];
    one.keep(await lead(one, before), storable({ text: 'before' }));
    await waitFor(async () => textOf(await other.take(before, false, 1_000)) === 'before');
    const flight = await lead(other, during);
    await one.outdate(before.group);
    await waitFor(() => find(other, before) === null);
    expect(find(one, before)).toBeNull();
    other.keep(flight, storable({ text: 'too old' }));
    expect(find(other, during)).toBeNull();
    expect((await one.take(during, false, 1_000)).kind).toBe('lead');
    expect((await one.take(before, false, 1_000)).kind).toBe('lead');
  });

  test('are not waited for by who comes after it', async () => {
    await lead(one);
    await one.outdate(slot.group);
    await lead(one);
  });
});

describe('a flushed answer', () => {
  const flushes = withFlush(NO_FLUSHES, { api: 'shop', stage: '$default', tag: 'news' }, Date.now());

  test('is gone from memory and Redis at once, one that was asked for before the flush included', async () => {
    one.keep(await lead(one), storable({ text: 'old', tags: ['news'] }));
    const underWay = testSlot('under way');
    const flight = await lead(one, underWay);
    await waitFor(async () => textOf(await other.take(slot, false, 1_000)) === 'old');
    for (const cache of [one, other]) cache.applyFlushes(flushes);
    expect([find(one), find(other)]).toEqual([null, null]);
    expect((await other.take(slot, false, 1_000)).kind).toBe('lead');
    one.keep(flight, storable({ text: 'asked before', tags: ['news'] }));
    expect(find(one, underWay)).toBeNull();
  });

  test('does not take others along', async () => {
    one.keep(await lead(one), storable({ text: 'sports', tags: ['sports'] }));
    one.applyFlushes(flushes);
    expect(find(one)).toBe('sports');
  });
});

describe('without Redis', () => {
  let away: TestRedis;
  let awayRoles: RedisRoles;
  let cache: ResponseCache;
  beforeAll(async () => {
    away = await startTestRedis();
    awayRoles = await RedisRoles.connect({ redisUrl: away.url, redisVolatileUrl: away.volatileUrl }, { name: 'spec' });
    const mine = roles;
    roles = awayRoles;
    cache = open();
    roles = mine;
    await cache.start();
    await away.stop();
    await waitFor(() => awayRoles.volatile.status !== 'ready');
  });
  afterAll(async () => {
    cache.stop();
    await awayRoles.close();
  });

  test('answers are kept in memory, one request of the gateway fetches, and it is said once', async () => {
    const flight = await lead(cache);
    const waiting = cache.take(slot, false, 5_000);
    cache.keep(flight, storable({ text: 'from memory' }));
    expect(textOf(await waiting)).toBe('from memory');
    expect(find(cache)).toBe('from memory');
    expect(problems).toEqual(['the response cache goes on without Redis']);
  });
});

describe('what changes while Redis does not answer', () => {
  /** The cache `one` has given Redis up when `work` begins. */
  async function withoutAnswers(work: () => Promise<void>): Promise<void> {
    const pid = redis.pids.volatile();
    if (pid === undefined) throw new Error('the volatile Redis does not run');
    process.kill(pid, 'SIGSTOP');
    try {
      await one.outdate(testSlot('other', '/other').group);
      expect(problems).toEqual(['the response cache goes on without Redis']);
      await work();
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  }
  beforeEach(async () => {
    one.keep(await lead(one), storable({ text: 'older' }));
    expect(textOf(await other.take(slot, false, 5_000))).toBe('older');
  });

  test('by a write is told when it does: no gateway gives what was kept before it', async () => {
    await withoutAnswers(() => one.outdate(slot.group));
    await waitFor(() => find(other) === null);
    expect((await other.take(slot, false, 5_000)).kind).toBe('lead');
  });

  test('because a client asked for a newer answer is told when it does', async () => {
    await withoutAnswers(async () => {
      one.keep(await lead(one, slot, true), storable({ text: 'newer' }));
    });
    await waitFor(() => find(other) === null);
    expect((await other.take(slot, false, 5_000)).kind).toBe('lead');
    expect(find(one)).toBe('newer');
  });
});
