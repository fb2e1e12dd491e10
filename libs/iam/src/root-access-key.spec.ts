import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MasterKey } from '@sluice/config';
import { connectRedis, RedisKeys, type Redis } from '@sluice/redis';
import { startTestRedis, type TestRedis } from '@sluice/testing';
import { claimInstallation } from './installation';
import { openRootAccessKey } from './root-access-key';

const masterKey = new MasterKey(Buffer.alloc(32, 1));
let server: TestRedis;
let redis: Redis;
let dataDirectory: string;

beforeAll(async () => {
  server = await startTestRedis();
  redis = await connectRedis(server.url, { name: 'spec' });
});
beforeEach(async () => {
  await redis.flushall();
  dataDirectory = await mkdtemp(join(tmpdir(), 'sluice-iam-'));
});
afterEach(() => rm(dataDirectory, { recursive: true }));
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const open = (given?: { accessKeyId: string; secretAccessKey: string }) =>
  openRootAccessKey({ redis, masterKey, dataDirectory, given, randomBytes });
const credentialsFile = () => join(dataDirectory, 'root-credentials.json');
const fileContent = async () => JSON.parse(await readFile(credentialsFile(), 'utf8')) as unknown;

test('the first start makes it, every later one has the same, and the file says it, for its owner only', async () => {
  const first = await open();
  expect(first.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
  expect(first.secretAccessKey).toMatch(/^[\w-]{40}$/);
  const { accessKeyId, secretAccessKey } = first;
  expect(await fileContent()).toEqual({ accessKeyId, secretAccessKey });
  expect((await stat(credentialsFile())).mode & 0o777).toBe(0o600);
  expect(await open()).toMatchObject({ accessKeyId, secretAccessKey });
});

test('of many starts at once one wins and all agree', async () => {
  const opened = await Promise.all(Array.from({ length: 8 }, () => open()));
  expect(new Set(opened.map(({ secretAccessKey }) => secretAccessKey)).size).toBe(1);
});

test('a file that is lost or wrong is written again', async () => {
  const { accessKeyId, secretAccessKey } = await open();
  await writeFile(credentialsFile(), '{}');
  await open();
  expect(await fileContent()).toEqual({ accessKeyId, secretAccessKey });
});

test('one that was given is taken, replaces the one before, and is written to no file', async () => {
  const made = await open();
  await rm(credentialsFile());
  const given = { accessKeyId: 'AKIAGIVENGIVENGIVEN0', secretAccessKey: 'given-by-the-operator' };
  const root = await open(given);
  expect(root.find(given.accessKeyId)).toMatchObject({ ...given, principal: { kind: 'root' } });
  expect(root.find(made.accessKeyId)).toBeNull();
  await expect(stat(credentialsFile())).rejects.toThrow('ENOENT');
  expect((await open()).secretAccessKey).toBe(given.secretAccessKey);
});

test('its secret is not in Redis in clear', async () => {
  const { accessKeyId, secretAccessKey } = await open();
  const stored = (await redis.get(new RedisKeys().root())) ?? '';
  expect(stored).toContain(accessKeyId);
  expect(stored).not.toContain(secretAccessKey);
});

test.each([
  [{ accessKeyId: 'short', secretAccessKey: 'long-enough-to-be-one' }, 'SLUICE_ROOT_ACCESS_KEY_ID'],
  [{ accessKeyId: 'AKIAGIVENGIVENGIVEN0', secretAccessKey: 'with space inside it' }, 'SLUICE_ROOT_SECRET_ACCESS_KEY'],
])('one that no signer could carry is refused by name', async (given, name) => {
  await expect(open(given)).rejects.toThrow(name);
});

test('data belongs to one master key: a start with another stops with what to do', async () => {
  await claimInstallation(redis, masterKey);
  await claimInstallation(redis, masterKey);
  const other = new MasterKey(Buffer.alloc(32, 2));
  await expect(claimInstallation(redis, other)).rejects.toThrow(
    new RegExp(`belongs to master key ${masterKey.keyId}, but this start has ${other.keyId}.*SLUICE_MASTER_KEY`),
  );
});
