import { RedisKeys } from './redis-keys';
import { slotOf } from './slot';

describe('Redis keys', () => {
  const keys = new RedisKeys();

  test('keys that one script touches are in one slot', () => {
    const config = [
      keys.configRecords('function'),
      keys.configRecords('api'),
      keys.configVersion(),
      keys.configChanges(),
      keys.configChannel(),
    ];
    const ofFunction = [
      keys.revision('f', 'r'),
      keys.package('f', 's'),
      keys.functionLogs('f'),
      keys.codeCache('f', 'r', 'e'),
    ];
    const access = [keys.root(), keys.accessKeyUses()];
    const buckets = [keys.bucket('account'), keys.bucket('stage', 'a', 's'), keys.bucket('plan', 'p', 'k')];
    const usage = [keys.quota('p', 'k'), keys.usageOfDay(20_000), keys.apiKeysLastUsed()];
    const cache = [
      keys.cacheEntries(3),
      keys.cacheExpiry(3),
      keys.cacheBytes(3),
      keys.cacheLock(3, 'g.f'),
      keys.cacheEpoch(3, 'g'),
    ];
    const alarms = [keys.alarmStates(), keys.alarmHistory('slow')];
    for (const group of [config, ofFunction, access, buckets, usage, cache, alarms])
      expect(new Set(group.map(slotOf)).size).toBe(1);
  });

  test('functions are spread over slots', () => {
    expect(slotOf(keys.functionLogs('a'))).not.toBe(slotOf(keys.functionLogs('b')));
  });

  test.each(['a:b', 'a}b', '{config}', 'a%3Ab', '*', 'é', 'a\nb', '..'])(
    'text of a user (%j) stays one part of the key and never opens a hash tag',
    (text) => {
      const key = keys.revision(text, text);
      expect(key).toMatch(/^sluice:\{fn:[A-Za-z0-9_.%-]+\}:revision:[A-Za-z0-9_.%-]+$/);
      expect(keys.usedSignature(text)).toMatch(/^sluice:used-signature:[A-Za-z0-9_.%-]+$/);
    },
  );

  test('two texts never give one key', () => {
    const texts = ['a:b', 'a%3Ab', 'a%3ab', 'a b', 'a%20b', 'a', 'A'];
    expect(new Set(texts.map((text) => keys.usedSignature(text))).size).toBe(texts.length);
  });

  test('a part that is empty or absurdly long is refused', () => {
    expect(() => keys.usedSignature('')).toThrow(RangeError);
    expect(() => keys.usedSignature('x'.repeat(513))).toThrow(RangeError);
  });

  test('keys are as documented', () => {
    expect(keys.configRecords('function')).toBe('sluice:{config}:functions');
    expect(keys.payload('p1')).toBe('sluice:{payload:p1}');
    expect(keys.queuePrefix('sync', 0)).toBe('sluice:{sync:0}');
    expect(keys.heartbeat('gateway', 'g1')).toBe('sluice:heartbeat:gateway:g1');
    expect(new RedisKeys('other:').install()).toBe('other:install');
  });
});
