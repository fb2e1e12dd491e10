import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadGatewaySettings, loadRunnerSettings } from './load-settings';
import { SettingsError } from './settings-error';

const key = { accessKeyId: 'SLUICEROOT0000000001', secretAccessKey: 'a-secret-of-the-root-access-key' };

describe('secrets from files', () => {
  let directory: string;
  const enough = { REDIS_URL: 'redis://redis-durable:6379', SLUICE_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') };

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'sluice-secret-files-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  function file(name: string, content: string): string {
    const path = join(directory, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }

  function refusal(environment: Record<string, string>): string {
    try {
      loadGatewaySettings({ ...enough, ...environment });
    } catch (error) {
      if (error instanceof SettingsError) return error.message;
      throw error;
    }
    return 'accepted';
  }

  test.each([
    ['redis://redis:6379', 'redis://:p%40ss%2Fword@redis:6379'],
    ['rediss://admin@redis/2', 'rediss://admin:p%40ss%2Fword@redis/2'],
    ['redis://:own@redis:6379', 'redis://:own@redis:6379'],
    ['/run/redis.sock', 'unix:///run/redis.sock?password=p%40ss%2Fword'],
    ['unix:///run/redis.sock?db=1', 'unix:///run/redis.sock?db=1&password=p%40ss%2Fword'],
  ])('the password file completes %s', (url, completed) => {
    const REDIS_PASSWORD_FILE = file('password', 'p@ss/word\n');
    expect(loadRunnerSettings({ ...enough, REDIS_URL: url, REDIS_PASSWORD_FILE }).redisUrl).toBe(completed);
  });

  test('both Redis take the password, and the second one defaults to the first', () => {
    const REDIS_PASSWORD_FILE = file('password', 'secret');
    const two = { ...enough, REDIS_PASSWORD_FILE, REDIS_VOLATILE_URL: 'redis://redis-volatile:6379' };
    expect(loadGatewaySettings(two).redisVolatileUrl).toBe('redis://:secret@redis-volatile:6379');
    expect(loadGatewaySettings({ ...enough, REDIS_PASSWORD_FILE }).redisVolatileUrl).toBe(
      'redis://:secret@redis-durable:6379',
    );
  });

  test('the root access key is read from a file', () => {
    const SLUICE_ROOT_CREDENTIALS_FILE = file('root.json', JSON.stringify(key));
    expect(loadGatewaySettings({ ...enough, SLUICE_ROOT_CREDENTIALS_FILE }).rootAccessKey).toEqual(key);
  });

  test('a file that is missing, empty or something else is refused by the name of its setting', () => {
    const missing = join(directory, 'missing');
    expect(refusal({ REDIS_PASSWORD_FILE: missing })).toBe(`REDIS_PASSWORD_FILE=${missing} cannot be read`);
    expect(refusal({ REDIS_PASSWORD_FILE: file('empty', '\n') })).toMatch(/^REDIS_PASSWORD_FILE=.* is empty$/);
    expect(refusal({ SLUICE_ROOT_CREDENTIALS_FILE: missing })).toMatch(
      /^SLUICE_ROOT_CREDENTIALS_FILE=.* cannot be read$/,
    );
    for (const content of ['', 'null', '{}', JSON.stringify({ ...key, accessKeyId: 'short' })]) {
      expect(refusal({ SLUICE_ROOT_CREDENTIALS_FILE: file('bad.json', content) })).toMatch(/does not hold/);
    }
  });

  test('two root access keys are refused', () => {
    const environment = {
      SLUICE_ROOT_CREDENTIALS_FILE: file('root.json', JSON.stringify(key)),
      SLUICE_ROOT_ACCESS_KEY_ID: key.accessKeyId,
      SLUICE_ROOT_SECRET_ACCESS_KEY: key.secretAccessKey,
    };
    expect(refusal(environment)).toMatch('are two root access keys; set one of them');
  });
});
