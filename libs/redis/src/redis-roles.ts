import { closeRedis, connectRedis, type ConnectOptions, duplicateForBlocking, type Redis } from './connection';

/** What must survive a restart, and what may be lost with the power: see the README for which data is which. */
export type RedisRole = 'durable' | 'volatile';

/** One command connection per role. Two roles on one server are still two connections: a big read of one never delays the other. */
export class RedisRoles {
  private constructor(
    readonly durable: Redis,
    readonly volatile: Redis,
    private readonly name: string,
  ) {}

  static async connect(
    urls: { readonly redisUrl: string; readonly redisVolatileUrl: string },
    options: ConnectOptions,
  ): Promise<RedisRoles> {
    const { name } = options;
    const connections = await Promise.allSettled([
      connectRedis(urls.redisUrl, { ...options, name: `${name}:durable` }),
      connectRedis(urls.redisVolatileUrl, { ...options, name: `${name}:volatile` }),
    ]);
    const [durable, volatile] = connections;
    if (durable.status === 'fulfilled' && volatile.status === 'fulfilled') {
      return new RedisRoles(durable.value, volatile.value, name);
    }
    for (const connection of connections) if (connection.status === 'fulfilled') connection.value.disconnect();
    throw connections.find((connection) => connection.status === 'rejected')?.reason;
  }

  /** A connection of its own for a worker or a subscriber, which waits instead of failing fast. The caller closes it. */
  forBlocking(role: RedisRole, purpose: string): Redis {
    return duplicateForBlocking(this[role], `${this.name}:${purpose}`);
  }

  async close(): Promise<void> {
    await Promise.all([closeRedis(this.durable), closeRedis(this.volatile)]);
  }
}
