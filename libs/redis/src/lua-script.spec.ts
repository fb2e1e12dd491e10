import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestRedis, type TestRedis } from '@sluice/testing';
import { closeRedis, connectRedis, type Redis } from './connection';
import { LuaScript } from './lua-script';

describe('Lua script', () => {
  const script = LuaScript.load(join(__dirname, 'test-scripts'), 'add-and-get-2.lua');
  const keys = ['{t}:counter', '{t}:name'];
  let server: TestRedis;
  let redis: Redis;

  beforeAll(async () => {
    server = await startTestRedis();
    redis = await connectRedis(server.url, { name: 'spec' });
  });
  afterAll(async () => {
    await closeRedis(redis);
    await server.stop();
  });
  beforeEach(() => redis.flushall());

  test('takes its number of keys from the name of its file', () => {
    expect(script.keyCount).toBe(2);
    expect(script.name).toBe('add-and-get-2');
  });

  test('runs on a Redis that does not know it, and again after Redis forgot it', async () => {
    expect(await script.run(redis, keys, [2, 'a'])).toBe(2);
    expect(await script.run(redis, keys, [3, 'b'])).toBe(5);
    await redis.script('FLUSH');
    expect(await script.run(redis, keys, [1, 'c'])).toBe(6);
    expect(await redis.get('{t}:name')).toBe('c');
  });

  test('runs more than once in one pipeline, on a Redis that does not know it', async () => {
    await redis.script('FLUSH');
    const pipeline = redis.pipeline();
    for (const name of ['a', 'b', 'c']) script.queue(pipeline, keys, [1, name]);
    expect(await pipeline.exec()).toEqual([
      [null, 1],
      [null, 2],
      [null, 3],
    ]);
  });

  test("passes the script's own errors on", async () => {
    await expect(script.run(redis, keys, ['x', 'a'])).rejects.toThrow('not an integer');
  });

  test('refuses a wrong number of keys, and keys of two slots', async () => {
    await expect(script.run(redis, ['a'], [])).rejects.toThrow('add-and-get-2 takes 2 keys, not 1');
    await expect(script.run(redis, ['a', 'b'], [])).rejects.toThrow('is in another slot');
  });

  test('lets go of what it was given once it is answered, because ioredis keeps the command', async () => {
    const send = jest.spyOn(redis, 'sendCommand');
    await script.run(redis, keys, [2, 'a']);
    await script.runBuffers(redis, keys, [3, Buffer.from('b')]);
    await expect(script.run(redis, keys, ['x', 'c'])).rejects.toThrow('not an integer');
    expect(send.mock.calls.map(([command]) => command.args)).toEqual([[], [], []]);
    send.mockRestore();
  });

  test('is found in src when the code runs from dist', () => {
    const directory = mkdtempSync(join(tmpdir(), 'sluice-lua-'));
    try {
      mkdirSync(join(directory, 'src/queue'), { recursive: true });
      writeFileSync(join(directory, 'src/queue/take-1.lua'), 'return 1');
      expect(LuaScript.load(join(directory, 'dist/queue'), 'take-1.lua').source).toBe('return 1');
      expect(() => LuaScript.load(join(directory, 'dist/queue'), 'missing-1.lua')).toThrow(
        'missing-1.lua does not exist',
      );
      expect(() => LuaScript.load(directory, 'nameless.lua')).toThrow('ends in its number of keys');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
