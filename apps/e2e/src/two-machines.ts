import { startTestRedis, type TestRedis } from '@sluice/testing';
import { E2ePlatform } from './e2e-platform';

/** Two whole platforms on one Redis, as on two machines: two gateways, two runners with one host each. */
export class TwoMachines {
  private constructor(
    private readonly redis: TestRedis,
    private readonly machines: readonly [E2ePlatform, E2ePlatform],
  ) {}

  static async start(): Promise<TwoMachines> {
    const redis = await startTestRedis();
    const env = {
      REDIS_URL: redis.url,
      REDIS_VOLATILE_URL: redis.volatileUrl,
      SLUICE_MASTER_KEY: Buffer.alloc(32, 5).toString('base64'),
      SLUICE_ROOT_ACCESS_KEY_ID: 'AKIATWOMACHINES00000',
      SLUICE_ROOT_SECRET_ACCESS_KEY: 'a-secret-that-two-machines-share',
      SANDBOX_HOSTS: '1',
    };
    // One after the other: the second finds what the first has set up.
    return new TwoMachines(redis, [await E2ePlatform.start({ env }), await E2ePlatform.start({ env })]);
  }

  /** They take turns. */
  machine(index: number): E2ePlatform {
    return this.machines[index % 2 === 0 ? 0 : 1];
  }

  async stop(): Promise<void> {
    await Promise.all(this.machines.map((machine) => machine.stop()));
    await this.redis.stop();
  }
}
