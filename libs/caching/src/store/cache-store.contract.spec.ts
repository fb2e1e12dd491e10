import { randomUUID } from 'node:crypto';
import { RedisKeys, RedisRoles } from '@sluice/redis';
import { startTestRedis, waitFor, type TestRedis } from '@sluice/testing';
import { EntryCodec } from './entry-codec';
import { MemoryStore } from './memory-store';
import { RedisStore } from './redis-store';
import { storable, testSlot } from './storable.fixture';
import { StoredResponse, type CacheSlot, type StorableResponse } from './stored-response';

/** What both tiers promise, in words that fit both. */
interface CacheStore {
  write(slot: CacheSlot, content: StorableResponse): Promise<void>;
  read(slot: CacheSlot): Promise<StorableResponse | null>;
  outdate(group: string): Promise<void>;
  bytes(): Promise<number>;
}

const BYTES_MAX = 1024 * 1024;
let redis: TestRedis;
let roles: RedisRoles;
beforeAll(async () => {
  redis = await startTestRedis();
  roles = await RedisRoles.connect({ redisUrl: redis.url, redisVolatileUrl: redis.volatileUrl }, { name: 'spec' });
});
afterAll(async () => {
  await roles.close();
  await redis.stop();
});

function memoryStore(): CacheStore {
  const store = new MemoryStore(BYTES_MAX);
  return {
    write: async (slot, content) => store.put(new StoredResponse(slot, content, 0, performance.now())),
    read: async ({ key }) => store.find(key, performance.now())?.content ?? null,
    outdate: async (group) => store.removeGroup(group),
    bytes: async () => store.bytes,
  };
}

function redisStore(encrypted: boolean): CacheStore {
  const codec = new EntryCodec(Buffer.alloc(32, 1));
  const keys = new RedisKeys(`${randomUUID()}:`);
  // Sixteen parts keep one sixteenth each; a test that fills the store needs to know of one.
  const store = new RedisStore({ redis: roles.volatile, keys, codec, bytesMax: 16 * BYTES_MAX });
  return {
    async write(slot, content) {
      const token = randomUUID();
      const claim = await store.claim(slot, token, 'replace');
      if (claim.kind !== 'lead') throw new Error('a replacement is always the one that fetches');
      const entry = { content, sequence: 0 };
      await store.keep(slot, { token, epoch: claim.epoch }, entry, { encrypted, settled: '', replaced: '' });
    },
    read: async (slot) => (await store.read(slot))?.entry.content ?? null,
    outdate: (group) => store.outdate(group, 'outdated'),
    bytes: () => store.bytes(),
  };
}

describe.each([
  ['memory', memoryStore],
  ['Redis', () => redisStore(false)],
  ['Redis, encrypted', () => redisStore(true)],
])('a store of answers (%s)', (_name, open) => {
  test('answers what was kept, byte for byte', async () => {
    const store = open();
    const body = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const content = storable({ body, headers: ['X-A', '1', 'x-a', 'é'], etag: '"e"', tags: ['t'], ageMs: 5 });
    await store.write(testSlot('a'), content);
    expect(await store.read(testSlot('a'))).toEqual(content);
    expect(await store.read(testSlot('b'))).toBeNull();
  });

  test('a later answer of a key takes the place of the earlier one', async () => {
    const store = open();
    await store.write(testSlot('a'), storable({ text: 'first' }));
    const bytes = await store.bytes();
    await store.write(testSlot('a'), storable({ text: 'third' }));
    expect((await store.read(testSlot('a')))?.body.toString()).toBe('third');
    expect(await store.bytes()).toBe(bytes);
  });

  test('an answer is gone when its time is up, its stale time included', async () => {
    const store = open();
    await store.write(testSlot('short'), storable({ freshMs: 20, staleMs: 20 }));
    await store.write(testSlot('stale'), storable({ freshMs: 1, staleMs: 60_000 }));
    await waitFor(async () => (await store.read(testSlot('short'))) === null);
    expect(await store.read(testSlot('stale'))).not.toBeNull();
  });

  test('all answers of a path become old at once, others stay', async () => {
    const store = open();
    await store.write(testSlot('a1', '/a'), storable());
    await store.write(testSlot('a2', '/a'), storable());
    await store.write(testSlot('b', '/b'), storable());
    await store.outdate(testSlot('any', '/a').group);
    expect(await store.read(testSlot('a1', '/a'))).toBeNull();
    expect(await store.read(testSlot('a2', '/a'))).toBeNull();
    expect(await store.read(testSlot('b', '/b'))).not.toBeNull();
    await store.write(testSlot('a1', '/a'), storable({ text: 'new' }));
    expect((await store.read(testSlot('a1', '/a')))?.body.toString()).toBe('new');
  });

  test('never holds more bytes than it may, and keeps the newest', async () => {
    const store = open();
    const body = Buffer.alloc(100_000);
    for (let number = 0; number < 40; number++) {
      await store.write(testSlot(`k${number}`), storable({ body, freshMs: 60_000 + number * 1_000 }));
      expect(await store.bytes()).toBeLessThanOrEqual(BYTES_MAX);
    }
    expect(await store.read(testSlot('k39'))).not.toBeNull();
    expect(await store.read(testSlot('k0'))).toBeNull();
  });

  test('an answer larger than the store is not kept and pushes nothing out', async () => {
    const store = open();
    await store.write(testSlot('small'), storable());
    await store.write(testSlot('large'), storable({ body: Buffer.alloc(BYTES_MAX) }));
    expect(await store.read(testSlot('large'))).toBeNull();
    expect(await store.read(testSlot('small'))).not.toBeNull();
  });
});

test('an encrypted entry shows nothing of its answer in Redis, and does not open in another place', async () => {
  const codec = new EntryCodec(Buffer.alloc(32, 1));
  const sealed = codec.encode({ content: storable({ text: 'a-secret' }), sequence: 3 }, 'field', true);
  expect(sealed.includes('a-secret') || sealed.includes('text/plain')).toBe(false);
  expect(codec.decode(sealed, 'field')?.content.body.toString()).toBe('a-secret');
  expect(codec.decode(sealed, 'another')).toBeNull();
  expect(new EntryCodec(Buffer.alloc(32, 2)).decode(sealed, 'field')).toBeNull();
});

test('memory keeps what is used when it has to let something go', () => {
  const store = new MemoryStore(12_000);
  const put = (key: string): void => store.put(new StoredResponse(testSlot(key), storable(), 0, 0));
  put('used');
  for (let number = 0; number < 50; number++) {
    expect(store.find('used', 1)).not.toBeNull();
    put(`once-${number}`);
  }
  expect(store.find('once-0', 1)).toBeNull();
  expect(store.bytes).toBeLessThanOrEqual(12_000);
});
