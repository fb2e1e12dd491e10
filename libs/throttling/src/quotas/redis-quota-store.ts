import { LIMITS } from '@sluice/contracts';
import { LuaScript, type LuaArgument, RedisKeys, type Redis } from '@sluice/redis';
import { usageField } from '../usage/usage-field';
import { type Quota } from './quota';
import { dayOf } from './quota-period';
import { type CountEntry, type PercentListener, type QuotaStore } from './quota-store';

const countRequests = LuaScript.load(__dirname, 'count-requests-n.lua');
const keys = new RedisKeys();
const SECONDS_KEPT = LIMITS.usageDaysKept * 86_400;
const NUMBERS_PER_QUOTA = 5;

export interface RedisQuotaStoreOptions {
  /** Durable. */
  readonly redis: Redis;
  /** Monotonic. */
  readonly nowMs: () => number;
  /** Wall clock. */
  readonly epochMs: () => number;
  readonly onPercent: PercentListener;
}

/** Counts for all gateways, one script call per `count`. */
export class RedisQuotaStore implements QuotaStore {
  constructor(private readonly options: RedisQuotaStoreOptions) {}

  async count(entries: readonly CountEntry[]): Promise<readonly number[]> {
    const { redis, nowMs, epochMs } = this.options;
    const nowEpochMs = epochMs();
    const today = dayOf(nowEpochMs);
    const places = new Map<string, number>();
    const quotas: Quota[] = [];
    const entryArgs: LuaArgument[] = [];
    for (const { use, requests, served } of entries) {
      entryArgs.push(requests, served ? 1 : 0, placeOf(use.quota, places, quotas), usageField(use), use.apiKeyId);
    }
    const quotaArgs = quotas.flatMap((quota) => [quota.settings.limit, ...quota.periodsAt(nowEpochMs)]);
    const answer = (await countRequests.run(
      redis,
      [...[-1, 0, 1].map((step) => keys.usageOfDay(today + step)), keys.apiKeysLastUsed(), ...[...places.keys()]],
      [today, SECONDS_KEPT, ...quotaArgs, ...entryArgs],
    )) as number[];
    const counted = answer.slice(0, entries.length);
    const refused = new Set(entries.filter(({ requests }, index) => requests > (counted[index] ?? 0)).map(quotaKeyOf));
    quotas.forEach((quota, index) => {
      const at = entries.length + index * NUMBERS_PER_QUOTA;
      const [used = 0, limit = 0, resetInMs = 0, before = 0, after = 0] = answer.slice(at, at + NUMBERS_PER_QUOTA);
      quota.learn({ used, limit, resetInMs }, refused.has(quota.key), nowMs());
      if (after > before) this.options.onPercent(quota, before, after);
    });
    return counted;
  }
}

/** 0 = no quota. After a change of a plan two objects may stand for one quota; it is sent once, as first met. */
function placeOf(quota: Quota | null, places: Map<string, number>, quotas: Quota[]): number {
  if (quota === null) return 0;
  let place = places.get(quota.key);
  if (place === undefined) places.set(quota.key, (place = quotas.push(quota)));
  return place;
}

function quotaKeyOf({ use }: CountEntry): string | undefined {
  return use.quota?.key;
}
