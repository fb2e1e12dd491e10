import { randomUUID } from 'node:crypto';
import { type AuthorizerPurge } from '@sluice/contracts';
import { RedisRoles } from '@sluice/redis';
import { startTestRedis, waitFor, type TestRedis } from '@sluice/testing';
import { ConfigurationStore } from '../../configuration/configuration-store';
import { GatewayHeartbeats } from '../../configuration/gateway-heartbeats';
import { parseAuthorizerAnswer } from './function/authorizer-answer';
import { decisionOf } from './function/decision';
import { DecisionCache } from './function/decision-cache';
import { followPurges, PURGES } from './follow-purges';

const nowMs = (): number => performance.now();
const onError = (): void => undefined;
const PRINCIPALS = ['ann', 'bob', 'cy'];

let redis: TestRedis;
let roles: RedisRoles;
let configuration: ConfigurationStore;
let cache: DecisionCache;
let stopFollowing: () => void;

beforeEach(async () => {
  redis = await startTestRedis();
  roles = await RedisRoles.connect({ redisUrl: redis.url, redisVolatileUrl: redis.volatileUrl }, { name: 'spec' });
  configuration = new ConfigurationStore({
    redis: roles.durable,
    subscriber: roles.forBlocking('durable', 'configuration'),
    heartbeats: new GatewayHeartbeats({ redis: roles.volatile, gatewayId: randomUUID(), nowMs, onError }),
    nowMs,
    onError,
  });
  await configuration.start();
  cache = new DecisionCache(nowMs);
  stopFollowing = followPurges(configuration, cache);
  await keepAll();
});
afterEach(async () => {
  stopFollowing();
  await configuration.stop();
  await roles.close();
  await redis.stop();
});

async function keepAll(): Promise<void> {
  for (const principalId of PRINCIPALS) {
    const text = JSON.stringify({
      principalId,
      policyDocument: { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } },
    });
    const answer = parseAuthorizerAnswer(text, { event: 'REQUEST-2.0', simpleResponses: false });
    const scope = { apiName: 'shop', stage: 'prod' };
    await cache.ask(principalId, 'arn', scope, 60_000, async () => decisionOf(answer, text, 'arn', ''));
  }
}
const kept = (): string[] => PRINCIPALS.filter((principalId) => cache.get(principalId) !== null);
const purge = (sequence: number, principalId: string): AuthorizerPurge => ({
  sequence,
  apiName: 'shop',
  stage: 'prod',
  principalId,
});
async function commit(...purges: AuthorizerPurge[]): Promise<void> {
  const present = configuration.records('authorizer-purges').get(PURGES) ?? null;
  expect(await configuration.commit('authorizer-purges', PURGES, present, { schema: 1, purges })).not.toBeNull();
}

describe('purges that come with the configuration', () => {
  it('are carried out once each', async () => {
    await commit(purge(1, 'ann'));
    expect(kept()).toEqual(['bob', 'cy']);
    await keepAll();
    await commit(purge(1, 'ann'), purge(2, 'bob'));
    expect(kept()).toEqual(['ann', 'cy']);
  });

  it('that are no longer all listed make the gateway forget everything', async () => {
    await commit(purge(1, 'ann'));
    await keepAll();
    await commit(purge(7, 'bob'));
    expect(kept()).toEqual([]);
    await keepAll();
    await commit(purge(7, 'bob'), purge(8, 'cy'));
    expect(kept()).toEqual(['ann', 'bob']);
  });

  it('concern nobody after the gateway stops following', async () => {
    stopFollowing();
    await commit(purge(1, 'ann'));
    await waitFor(() => configuration.records('authorizer-purges').size === 1);
    expect(kept()).toEqual(PRINCIPALS);
  });
});
