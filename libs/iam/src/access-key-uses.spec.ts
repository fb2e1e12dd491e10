import { connectRedis, RedisKeys, type Redis } from '@sluice/redis';
import { startTestRedis, type TestRedis } from '@sluice/testing';
import { AccessKeyUses } from './access-key-uses';
import { UsedSignatures } from './used-signatures';
import { type SignedRequest } from './signature-verifier';

let server: TestRedis;
let redis: Redis;
const gone = new Set<string>();

beforeAll(async () => {
  server = await startTestRedis();
  redis = await connectRedis(server.url, { name: 'spec' });
});
beforeEach(async () => {
  gone.clear();
  await redis.flushall();
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const gateway = () => new AccessKeyUses({ redis, exists: (id) => !gone.has(id), onError: () => undefined });

test('the last use of a key is known where it happened at once, and elsewhere when it was written', async () => {
  const [here, there] = [gateway(), gateway()];
  here.note('AKIA1', 'sluice', 1_000);
  here.note('AKIA1', 'execute-api', 2_000);
  expect(await here.read(['AKIA1', 'AKIA2'])).toEqual([{ lastUsedAtMs: 2_000, service: 'execute-api' }, null]);
  expect(await there.read(['AKIA1'])).toEqual([null]);
  await here.stop();
  expect(await there.read(['AKIA1'])).toEqual([{ lastUsedAtMs: 2_000, service: 'execute-api' }]);
});

test('of two gateways the later use stays, whichever writes last', async () => {
  const [here, there] = [gateway(), gateway()];
  here.note('AKIA1', 'basic', 5_000);
  there.note('AKIA1', 'lambda', 4_000);
  await here.write();
  await there.write();
  expect(await there.read(['AKIA1'])).toEqual([{ lastUsedAtMs: 5_000, service: 'basic' }]);
});

test('a key that was deleted is forgotten, also when it was used just before', async () => {
  const uses = gateway();
  uses.note('AKIA1', 'basic', 1_000);
  await uses.write();
  uses.note('AKIA1', 'basic', 2_000);
  await uses.forget(['AKIA1']);
  uses.note('AKIA1', 'basic', 3_000);
  gone.add('AKIA1');
  await uses.write();
  expect(await redis.exists(new RedisKeys().accessKeyUses())).toBe(0);
});

test('a signature changes something once, over all gateways, and is remembered as long as it is good', async () => {
  const nowMs = Date.now();
  const signed = { fingerprint: 'f'.repeat(64), goodUntilMs: nowMs + 300_000 } as SignedRequest;
  const [here, there] = [1, 2].map(() => new UsedSignatures({ redis, nowMs: () => nowMs }));
  await here?.use(signed);
  await expect(there?.use(signed)).rejects.toMatchObject({ code: 'SIGNATURE_REPLAYED' });
  await there?.use({ ...signed, fingerprint: '0'.repeat(64) } as SignedRequest);
  const ttlMs = await redis.pttl(new RedisKeys().usedSignature(signed.fingerprint));
  expect(ttlMs).toBeGreaterThan(300_000);
  expect(ttlMs).toBeLessThanOrEqual(360_000);
});
