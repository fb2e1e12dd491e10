import { type QuotaSettings } from '@sluice/contracts';
import { LuaScript, RedisKeys, type Redis } from '@sluice/redis';
import { periodStarts } from './quota-period';

const grantRequests = LuaScript.load(__dirname, 'grant-requests-1.lua');
const keys = new RedisKeys();

/** How the present period of a key stands. */
export interface PeriodState {
  readonly used: number;
  /** Granted beyond the plan's limit, for this period only. */
  readonly extraRequests: number;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

/** What an operator sees and changes of a quota's present period. */
export class QuotaGrants {
  constructor(
    /** Durable. */
    private readonly redis: Redis,
    private readonly epochMs: () => number,
  ) {}

  async read(planName: string, apiKeyId: string, quota: QuotaSettings): Promise<PeriodState> {
    return this.run(planName, apiKeyId, quota, []);
  }

  /** Sets, not adds: the same call twice grants once. */
  async grant(planName: string, apiKeyId: string, quota: QuotaSettings, extraRequests: number): Promise<PeriodState> {
    return this.run(planName, apiKeyId, quota, [extraRequests]);
  }

  private async run(
    planName: string,
    apiKeyId: string,
    quota: QuotaSettings,
    grant: readonly number[],
  ): Promise<PeriodState> {
    const starts = periodStarts(quota, this.epochMs());
    const answer = await grantRequests.run(this.redis, [keys.quota(planName, apiKeyId)], [...starts, ...grant]);
    const [used, extraRequests, startsAtMs, endsAtMs] = answer as [number, number, number, number];
    return { used, extraRequests, startsAtMs, endsAtMs };
  }
}
