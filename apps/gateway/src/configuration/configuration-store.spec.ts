import { randomUUID } from 'node:crypto';
import { DEFAULT_FUNCTION_CONFIG, type ApiRecord, type FunctionRecord } from '@sluice/contracts';
import { RedisKeys, RedisRoles } from '@sluice/redis';
import { startTestRedis, waitFor, type TestRedis } from '@sluice/testing';
import { ConfigurationStore, type ConfigurationChange } from './configuration-store';
import { GatewayHeartbeats } from './gateway-heartbeats';

let redis: TestRedis;
const cleanups: (() => Promise<unknown>)[] = [];
const keys = new RedisKeys();

beforeEach(async () => {
  redis = await startTestRedis();
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  await redis.stop();
});

async function connect(): Promise<RedisRoles> {
  const roles = await RedisRoles.connect(
    { redisUrl: redis.url, redisVolatileUrl: redis.volatileUrl },
    { name: 'spec' },
  );
  cleanups.push(() => roles.close());
  return roles;
}

const nowMs = () => performance.now();

async function startStore(): Promise<ConfigurationStore & { errors: string[]; roles: RedisRoles }> {
  const roles = await connect();
  const errors: string[] = [];
  const onError = (message: string): void => void errors.push(message);
  const store = new ConfigurationStore({
    redis: roles.durable,
    subscriber: roles.forBlocking('durable', 'configuration'),
    heartbeats: new GatewayHeartbeats({ redis: roles.volatile, gatewayId: randomUUID(), nowMs, onError }),
    nowMs,
    onError,
  });
  await store.start();
  cleanups.push(() => store.stop());
  return Object.assign(store, { errors, roles });
}

function functionRecord(name: string, ...versions: number[]): FunctionRecord {
  return {
    schema: 1,
    name,
    versions: versions.map((version) => ({
      version,
      revision: `r${version}`,
      sha256: 's',
      sizeBytes: 1,
      handlerKind: 'lambda',
      initMs: 0,
      config: DEFAULT_FUNCTION_CONFIG,
      environmentNames: [],
      createdAt: '2026-01-01T00:00:00.000Z',
    })),
  };
}

function apiRecord(name: string): ApiRecord {
  const createdAt = '2026-01-01T00:00:00.000Z';
  return {
    schema: 2,
    name,
    createdAt,
    latestDeploymentId: 'd',
    stages: { $default: { deploymentId: 'd', variables: {}, routes: {}, createdAt, updatedAt: createdAt } },
    deployments: { d: { id: 'd', createdAt, definition: { apiStyle: 'http', routes: [] } } },
  };
}

test('a write is served where it was made when commit returns, and everywhere when it has propagated', async () => {
  const [here, there] = [await startStore(), await startStore()];
  const version = await here.commit('function', 'f', null, functionRecord('f', 1));
  expect(here.resolve('f')?.revision).toBe('r1');
  expect(await here.propagated(version ?? 0, 1_000)).toBe(true);
  expect(there.resolve('f')?.revision).toBe('r1');
  expect(there.version).toBe(version);
});

test('of two writers that saw the same state one is refused, and then sees what the other wrote', async () => {
  const [a, b] = [await startStore(), await startStore()];
  const results = await Promise.all([
    a.commit('function', 'f', null, functionRecord('f', 1)),
    b.commit('function', 'f', null, functionRecord('f', 7)),
  ]);
  expect(results.filter((version) => version === null)).toHaveLength(1);
  const loser = results[0] === null ? a : b;
  expect(loser.resolve('f')?.version).toBe(results[0] === null ? 7 : 1);
  const seen = loser.functions.get('f') ?? null;
  expect(await loser.commit('function', 'f', seen, functionRecord('f', 1, 2))).toBe(2);
});

test('a write that depends on the whole configuration is refused when anything else has changed', async () => {
  const store = await startStore();
  const seenVersion = store.version;
  await store.commit('api', 'other', null, apiRecord('other'));
  expect(await store.commit('function', 'f', null, functionRecord('f', 1), seenVersion)).toBeNull();
  expect(await store.commit('function', 'f', null, functionRecord('f', 1), store.version)).not.toBeNull();
});

test('resolves $LATEST, a version by its number, and nothing else', async () => {
  const store = await startStore();
  await store.commit('function', 'f', null, functionRecord('f', 3, 4));
  expect(store.resolve('f')?.version).toBe(4);
  expect(store.resolve('f', '$LATEST')?.version).toBe(4);
  expect(store.resolve('f', '3')?.version).toBe(3);
  for (const qualifier of ['2', '03', '3.0', 'live', '', '-3']) expect(store.resolve('f', qualifier)).toBeNull();
  expect(store.resolve('toString')).toBeNull();
});

test('listeners are told what changed, after it has', async () => {
  const store = await startStore();
  const changes: (ConfigurationChange & { version: number | undefined })[] = [];
  store.onChange((change) => void changes.push({ ...change, version: store.resolve('f')?.version }));
  await store.commit('function', 'f', null, functionRecord('f', 1));
  await store.commit('api', 'a', null, apiRecord('a'));
  await store.commit('function', 'f', store.functions.get('f') ?? null, null);
  expect(changes).toEqual([
    { kind: 'function', name: 'f', version: 1 },
    { kind: 'api', name: 'a', version: 1 },
    { kind: 'function', name: 'f', version: undefined },
  ]);
});

test('a message that got lost is made up for within the next second', async () => {
  const [here, there] = [await startStore(), await startStore()];
  await there.roles.durable.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  const version = await here.commit('api', 'a', null, apiRecord('a'));
  await waitFor(() => there.version === version, { timeoutMs: 3_000, what: 'the other gateway catches up' });
  expect(there.apis.has('a')).toBe(true);
});

test('a gateway that missed more changes than are kept loads everything', async () => {
  const store = await startStore();
  await store.commit('api', 'a', null, apiRecord('a'));
  await store.roles.durable
    .multi()
    .del(keys.configChanges())
    .incrby(keys.configVersion(), 5)
    .hdel(keys.configRecords('api'), 'a')
    .exec();
  const kinds: string[] = [];
  store.onChange(({ kind }) => void kinds.push(kind));
  await waitFor(() => store.version === 6, { timeoutMs: 3_000 });
  expect(store.apis.size).toBe(0);
  expect(kinds).toEqual(['all']);
});

test('a start loads what is there, more than one scan and one read of changes hold', async () => {
  const writer = await startStore();
  for (let index = 0; index < 150; index++)
    await writer.commit('function', `f${index}`, null, functionRecord(`f${index}`, 1));
  const reader = await startStore();
  expect(reader.functions.size).toBe(150);
  expect(reader.version).toBe(150);
});

test('without Redis the last configuration is served, writes are refused, and it goes on when Redis is back', async () => {
  const store = await startStore();
  await store.commit('function', 'f', null, functionRecord('f', 1));
  const pid = redis.pids.durable();
  if (pid === undefined) throw new Error('the durable server runs');
  process.kill(pid, 'SIGSTOP');
  try {
    await expect(store.commit('api', 'a', null, apiRecord('a'))).rejects.toThrow('timed out');
    await waitFor(() => store.errors.length > 0, { what: 'the store notices' });
    expect(store.resolve('f')?.version).toBe(1);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  const commitAgain = () => store.commit('api', 'b', null, apiRecord('b')).catch(() => null);
  await waitFor(async () => (await commitAgain()) !== null, {
    timeoutMs: 10_000,
    what: 'a write after Redis came back',
  });
  expect(store.apis.has('b')).toBe(true);
  expect(store.resolve('f')?.version).toBe(1);
});

test('a gateway that does not apply a version is waited for no longer than was said, and not at all once it is gone', async () => {
  const here = await startStore();
  const stuck = new GatewayHeartbeats({
    redis: here.roles.volatile,
    gatewayId: 'stuck',
    nowMs,
    onError: () => undefined,
  });
  await stuck.start(0);
  const version = (await here.commit('api', 'a', null, apiRecord('a'))) ?? 0;
  const startMs = performance.now();
  expect(await here.propagated(version, 200)).toBe(false);
  expect(performance.now() - startMs).toBeLessThan(600);
  await stuck.stop();
  expect(await here.propagated(version, 200)).toBe(true);
});
