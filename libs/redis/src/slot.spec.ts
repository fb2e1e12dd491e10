import { startTestRedis } from '@sluice/testing';
import { closeRedis, connectRedis } from './connection';
import { assertOneSlot, slotOf } from './slot';

describe('hash slot', () => {
  test.each([
    // The examples of the cluster specification and of redis-cli.
    ['123456789', 12739],
    ['foo', 12182],
    ['{user1000}.following', 3443],
    ['foo{}{bar}', 8363],
    ['foo{{bar}}zap', 4015],
    ['foo{bar}{zap}', 5061],
  ])('%s is in slot %i', (key, slot) => {
    expect(slotOf(key)).toBe(slot);
  });

  test("is what Redis's own CLUSTER KEYSLOT computes", async () => {
    const server = await startTestRedis();
    const redis = await connectRedis(server.url, { name: 'spec' });
    try {
      const supported = await redis.cluster('KEYSLOT', 'a').then(
        () => true,
        () => false,
      );
      // A server without cluster mode refuses the command; the vectors above stand alone then.
      for (const key of supported ? ['a', 'é', '{x}y', '{', '}{', ''] : []) {
        expect(slotOf(key)).toBe(await redis.cluster('KEYSLOT', key));
      }
    } finally {
      await closeRedis(redis);
      await server.stop();
    }
  });

  test('keys of one tag are in one slot; a stray key is named', () => {
    expect(() => assertOneSlot(['{a}:1', '{a}:2', 'x{a}'])).not.toThrow();
    expect(() => assertOneSlot(['{a}:1', '{b}:2'])).toThrow('"{b}:2" is in another slot than "{a}:1"');
  });
});
