import { MasterKey } from '@sluice/config';
import { DEFAULT_FUNCTION_CONFIG } from '@sluice/contracts';
import { connectRedis, RedisKeys, type Redis } from '@sluice/redis';
import { startTestRedis, waitFor, type TestRedis } from '@sluice/testing';
import { packageSha256 } from './deployment-package';
import { revisionId } from './revision-id';
import { RevisionStore, type StagedRevision } from './revision-store';

const masterKey = new MasterKey(Buffer.alloc(32, 1));
const keys = new RedisKeys();
let server: TestRedis;
let redis: Redis;
let store: RevisionStore;

beforeAll(async () => {
  server = await startTestRedis();
  redis = await connectRedis(server.url, { name: 'spec' });
  store = new RevisionStore({ redis, masterKey });
});
beforeEach(() => redis.flushall());
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

function staged(code = 'code', environment: Record<string, string> = {}): StagedRevision {
  const uploaded = { code, sourceMap: '{"version":3}', source: Buffer.from('source ü'), sourceType: 'text/plain' };
  const sha256 = packageSha256(uploaded);
  const revision = revisionId(sha256, DEFAULT_FUNCTION_CONFIG, environment, masterKey);
  return {
    record: {
      functionName: 'f',
      version: 1,
      revision,
      sha256,
      handlerKind: 'lambda',
      config: DEFAULT_FUNCTION_CONFIG,
    },
    environment,
    package: uploaded,
  };
}

test('what was staged can be loaded, with its environment in clear', async () => {
  const upload = staged('code', { TOKEN: 'a secret', EMPTY: '' });
  await store.stage(upload, 10_000);
  const { revision, sha256 } = upload.record;
  expect(await store.load('f', revision)).toEqual({
    ...upload.record,
    environment: { TOKEN: 'a secret', EMPTY: '' },
    code: 'code',
  });
  expect(await store.loadSourceMap('f', sha256)).toBe('{"version":3}');
  expect(await store.loadSource('f', sha256)).toEqual({ source: Buffer.from('source ü'), sourceType: 'text/plain' });
  expect(await store.loadPackage('f', sha256)).toEqual(upload.package);
  expect(await store.loadEnvironment('f', revision)).toEqual({ TOKEN: 'a secret', EMPTY: '' });
});

test('nothing is found under another function, and null says so', async () => {
  const upload = staged();
  await store.stage(upload, 10_000);
  const { revision, sha256 } = upload.record;
  expect(await store.load('g', revision)).toBeNull();
  expect(await store.load('f', 'unknown')).toBeNull();
  expect(await store.loadSourceMap('g', sha256)).toBeNull();
  expect(await store.loadSource('g', sha256)).toBeNull();
  expect(await store.loadPackage('g', sha256)).toBeNull();
});

test('values of variables are in Redis only encrypted, and open nowhere else', async () => {
  const upload = staged('code', { TOKEN: 'a secret' });
  await store.stage(upload, 10_000);
  const { revision } = upload.record;
  const text = (await redis.get(keys.revision('f', revision))) ?? '';
  expect(text).not.toContain('a secret');
  await redis.set(keys.revision('f', 'moved'), text.replaceAll(revision, 'moved'));
  await expect(store.load('f', 'moved')).rejects.toThrow();
});

test('what is staged goes away by itself; what is kept stays, and keeping what has gone says so', async () => {
  const [kept, left] = [staged('kept'), staged('left')];
  await store.stage(kept, 200);
  await store.stage(left, 200);
  expect(await store.keep('f', kept.record.revision, kept.record.sha256)).toBe(true);
  await waitFor(async () => (await store.load('f', left.record.revision)) === null, { what: 'the staged one is gone' });
  expect(await store.load('f', kept.record.revision)).not.toBeNull();
  expect(await store.keep('f', left.record.revision, left.record.sha256)).toBe(false);
});

test('an upload of what is kept already does not make it go away when it fails', async () => {
  const upload = staged();
  await store.stage(upload, 10_000);
  await store.keep('f', upload.record.revision, upload.record.sha256);
  await store.stage(upload, 100);
  expect(await redis.pttl(keys.revision('f', upload.record.revision))).toBe(-1);
  expect(await redis.pttl(keys.package('f', upload.record.sha256))).toBe(-1);
});

test('what was dropped is there for a while, and staging it again keeps it from going', async () => {
  const upload = staged();
  const { revision, sha256 } = upload.record;
  await store.stage(upload, 10_000);
  await store.keep('f', revision, sha256);
  await store.expire('f', { revisions: [revision], packages: [sha256] }, 5_000);
  expect(await store.load('f', revision)).not.toBeNull();
  await store.stage(upload, 60_000);
  expect(await redis.pttl(keys.revision('f', revision))).toBeGreaterThan(5_000);
  await store.keep('f', revision, sha256);
  expect(await redis.pttl(keys.package('f', sha256))).toBe(-1);
});

test('a revision of a newer program is refused instead of guessed at', async () => {
  await redis.set(keys.revision('f', 'r'), JSON.stringify({ schema: 2 }));
  await expect(store.load('f', 'r')).rejects.toThrow('newer version of Sluice');
});
